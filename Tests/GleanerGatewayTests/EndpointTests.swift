import HTTPTypes
import Testing

@testable import GleanerGateway

@Suite("Endpoints")
struct EndpointTests {
    @Test(
        "a path that could leave the provider's API is refused",
        arguments: [
            "/v1/../admin", "/v1/chat/../../x", "/v1/%2e%2e/x", "/v1/%2E./x", "/v1//chat", "/v1/./chat",
            "/v1/a%2f..%2fb",
            "/v1/a\\b", "/v1/%5c", "/v1/%00", "/v1/%252e%252e", "/v1/a b", "/v1/%zz", "/v1/",
            "/v1/" + String(repeating: "a", count: 2048),
        ])
    func harmful(_ path: String) {
        #expect(throws: GatewayError.pathInvalid) { try Endpoint(method: .post, path: path, query: nil) }
    }

    @Test(
        "a known endpoint written in another way is refused: what it says would pass unread",
        arguments: [
            "/v1/chat/%63ompletions", "/v1/%63%68%61t/completions", "/v1/chat%2Fcompletions", "/v1/Chat/Completions",
            "/v1/chat/completions;a=b", "/v1/chat;x/completions", "/v1/response%73", "/V1/messages", "/v1/messages%20",
        ])
    func aliases(_ path: String) {
        for method in [HTTPRequest.Method.post, .get] {
            #expect(throws: GatewayError.pathInvalid) { try Endpoint(method: method, path: path, query: nil) }
        }
    }

    @Test(
        "a path of the API passes, known or not",
        arguments: [
            "/v1/chat/completions", "/v1/models/ft:gpt-4o:org::id", "/v1/models/meta-llama%2FLlama-3",
            "/v1/files/file-1/content", "/v1/%E0%A4%A8",
        ])
    func harmless(_ path: String) throws {
        #expect(try Endpoint(method: .post, path: path, query: nil).path == path)
    }

    @Test("a known path is what it is for POST only, and other methods are part of the name")
    func names() throws {
        let post = try Endpoint(method: .post, path: "/v1/responses", query: nil)
        #expect(post.kind == .responses)
        #expect(post.name == "/v1/responses")
        let get = try Endpoint(method: .get, path: "/v1/responses", query: "after=1")
        #expect(get.kind == .other)
        #expect(get.name == "GET /v1/responses")
    }

    @Test("what follows /v1 is put behind the provider's base, query and all")
    func url() throws {
        let provider = Provider(name: "p", baseURL: "https://api.example/openai/v1/", key: nil)
        let endpoint = try Endpoint(method: .get, path: "/v1/files", query: "limit=2&after=a%20b")
        #expect(provider.url(for: endpoint) == "https://api.example/openai/v1/files?limit=2&after=a%20b")
    }
}
