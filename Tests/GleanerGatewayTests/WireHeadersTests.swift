import GleanerCore
import GleanerHTTP
import HTTPTypes
import Testing

@testable import GleanerGateway

@Suite("Headers on their way to a provider")
struct WireHeadersTests {
    private let exchange = ID<Exchange>.new()

    private func fields(_ headers: [(String, String)]) -> HTTPFields {
        var fields = HTTPFields()
        for (name, value) in headers { fields.append(HTTPField(name: HTTPField.Name(name)!, value: value)) }
        return fields
    }

    private func sent(_ headers: [(String, String)], dialect: Provider.Dialect = .openAI) -> [String: [String]] {
        let provider = Provider(name: "p", baseURL: "http://p/v1", dialect: dialect, key: ProviderKey("secret"))
        let sent = WireHeaders.toProvider(fields(headers), provider: provider, exchange: exchange, hasBody: true)
        return Dictionary(grouping: sent, by: \.name).mapValues { $0.map(\.value) }
    }

    @Test("the value of a name is what the subscript says, however often it is there")
    func value() {
        let found = fields([("Accept", "a"), ("X-Other", ""), ("accept", "b"), ("Cookie", "c=1"), ("Cookie", "d=2")])
        for name in [HTTPField.Name.accept, .cookie, .contentType, HTTPField.Name("x-other")!] {
            #expect(found.value(of: name) == found[name])
        }
        #expect(found.value(of: .accept) == "a, b")
        #expect(found.value(of: .contentType) == nil)
    }

    @Test("the client's wishes go on, its keys and everything else stay")
    func allowed() {
        let found = sent([
            ("Accept", "text/event-stream"), ("Content-Type", "application/json; charset=utf-8"),
            ("Authorization", "Bearer client"), ("X-Api-Key", "client"), ("OpenAI-Organization", "o"),
            ("OpenAI-Beta", "assistants=v2"), ("Cookie", "c=1"),
        ])
        #expect(
            found == [
                "Accept": ["text/event-stream"], "User-Agent": ["gleaner"],
                "X-Client-Request-Id": [exchange.description],
                "Content-Type": ["application/json; charset=utf-8"], "Authorization": ["Bearer secret"],
                "OpenAI-Beta": ["assistants=v2"],
            ])
    }

    @Test("Anthropic is told one version, the client's own where it names one")
    func version() {
        #expect(sent([], dialect: .anthropic)["anthropic-version"] == [Provider.anthropicVersion])
        #expect(
            sent([("Anthropic-Version", "2024-01-01")], dialect: .anthropic)["anthropic-version"] == ["2024-01-01"])
    }
}
