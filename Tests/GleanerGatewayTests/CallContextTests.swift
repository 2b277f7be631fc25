import Foundation
import GleanerCore
import HTTPTypes
import Testing

@testable import GleanerGateway

@Suite("Call context")
struct CallContextTests {
    private func context(_ headers: [(String, String)]) throws -> CallContext {
        var fields = HTTPFields()
        for (name, value) in headers { fields[HTTPField.Name(name)!] = value }
        return try CallContext(fields, now: Date())
    }

    @Test("our headers go before Helicone's")
    func precedence() throws {
        let found = try context([
            ("X-Gleaner-Conversation", "ours"), ("Helicone-Session-Id", "theirs"), ("Helicone-User-Id", "u"),
            ("X-Gleaner-Tags", "a, b ,,c"),
        ])
        #expect(found.conversation == "ours")
        #expect(found.endUser == "u")
        #expect(found.tags == ["a", "b", "c"])
        #expect(found.exchange == nil)
    }

    @Test("a client's own id is taken when it is a UUIDv7 of about now")
    func ownID() throws {
        let id = ID<Exchange>.new()
        #expect(try context([("X-Gleaner-Exchange-Id", id.description)]).exchange == id)
        let old = ID<Exchange>(UUIDv7(now: { Date(timeIntervalSinceNow: -3600) }).make(shard: Shard(1)))
        for text in [old.description, UUID().uuidString, "1", String(repeating: "9", count: 36)] {
            #expect(throws: GatewayError.self) { try context([("X-Gleaner-Exchange-Id", text)]) }
        }
    }

    @Test("what is too long is refused and names its header")
    func tooLong() {
        for name in ["X-Gleaner-Conversation", "X-Gleaner-End-User", "X-Gleaner-Tags"] {
            do {
                _ = try context([(name, String(repeating: "x", count: 257))])
                Issue.record("\(name) was accepted")
            } catch {
                #expect("\(error)".contains(name))
            }
        }
    }
}

@Suite("A label from the body")
struct CallLabelTests {
    @Test("what is short and clean stays as it is, whatever script it is in")
    func clean() {
        for text in ["u-1", " ", "उपयोगकर्ता", String(repeating: "é", count: 256), "\u{7F}\u{85}"] {
            #expect(text.asCallLabel == text)
        }
        #expect("".asCallLabel == nil)
    }

    @Test("256 scalars are kept, and control characters show as such")
    func cleaned() {
        #expect(String(repeating: "x", count: 257).asCallLabel == String(repeating: "x", count: 256))
        #expect(String(repeating: "é", count: 300).asCallLabel == String(repeating: "é", count: 256))
        #expect("a\u{0}b\nc".asCallLabel == "a\u{FFFD}b\u{FFFD}c")
        #expect("\u{0}".asCallLabel == "\u{FFFD}")
    }
}
