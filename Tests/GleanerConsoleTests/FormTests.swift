import GleanerCore
import Testing

@testable import GleanerConsole

@Suite("Forms")
struct FormTests {
    private func form(_ body: String) throws -> Form { Form(fields: try Form.decode(body), json: nil, csrf: nil) }

    @Test("fields come in order, decoded, and may repeat")
    func fields() throws {
        let form = try form("a=1&b=%E0%A4%95+x&a=2&c=&d")
        #expect(form.values("a") == ["1", "2"])
        #expect(try form.text("b") == "क x")
        #expect(try form.text("c") == nil)
        #expect(try form.text("d") == nil)
        #expect(throws: FormError.field("e", "is missing")) { try form.required("e") }
    }

    @Test("a field that the action does not know is refused")
    func unknown() throws {
        let form = try form("handle=asha&role=admin&is_owner=1")
        #expect(throws: FormError.field("is_owner", "is not known here")) { try form.allow("handle", "role") }
    }

    @Test("what is not a form in UTF-8 is refused", arguments: ["a=%FF", "a=%", "a=%zz", "%C0%AF=1"])
    func malformed(_ body: String) { #expect(throws: FormError.self) { try form(body) } }

    @Test("U+0000 is refused before it reaches the database")
    func nul() throws {
        let form = try form("a=x%00y")
        #expect(throws: FormError.field("a", "holds U+0000")) { try form.text("a") }
    }

    @Test(
        "only paths of this console are led to",
        arguments: [
            ("/people", true), ("/review?x=1", true), ("//evil.example", false), ("https://evil.example", false),
            ("/\\evil.example", false), ("/a\\b", false), ("", false), ("javascript:alert(1)", false),
            ("/a\r\nSet-Cookie: x", false), ("/आ", false),
        ])
    func ownPaths(_ path: String, _ isOwn: Bool) { #expect(Renderer.isOwnPath(path) == isOwn) }
}

@Suite("Roles")
struct RoleTests {
    @Test("reviewers see their queue and nothing else; nobody below admin administers")
    func needs() {
        #expect(Role.Need.allCases.filter(Role.reviewer.may) == [.anyone, .review])
        #expect(Role.Need.allCases.filter(Role.viewer.may) == [.anyone, .read])
        #expect(Role.Need.allCases.filter(Role.lead.may) == [.anyone, .read, .review, .lead])
        #expect(Role.Need.allCases.filter(Role.engineer.may) == [.anyone, .read, .engineer])
        #expect(Role.Need.allCases.filter(Role.admin.may) == Role.Need.allCases)
    }
}
