import Testing

@testable import GleanerGateway

@Suite("Providers")
struct ProviderTests {
    @Test("each dialect sends the key its own way, and only so")
    func credentials() {
        func headers(_ dialect: Provider.Dialect, key: String? = "k", namesVersion: Bool = false) -> [String] {
            Provider(name: "p", baseURL: "https://a.example/v1", dialect: dialect, key: key.map { ProviderKey($0) })
                .credentials(namesVersion: namesVersion).map { "\($0.name): \($0.value)" }
        }
        #expect(headers(.openAI) == ["Authorization: Bearer k"])
        #expect(headers(.azure) == ["api-key: k"])
        #expect(headers(.anthropic) == ["anthropic-version: 2023-06-01", "x-api-key: k"])
        #expect(headers(.anthropic, namesVersion: true) == ["x-api-key: k"])
        #expect(headers(.openAI, key: nil) == [])
    }

    @Test("a key that cannot stand in a header is none", arguments: ["", "a b", "a\r\nb", "ä", "a\u{0}"])
    func unusable(_ text: String) { #expect(ProviderKey(checking: text) == nil) }

    @Test("a key is not printed")
    func printing() {
        let provider = Provider(name: "p", baseURL: "https://a.example/v1", key: ProviderKey("canary"))
        var dumped = ""
        dump(provider, to: &dumped)
        #expect(!"\(provider) \(String(reflecting: provider)) \(dumped)".contains("canary"))
    }
}
