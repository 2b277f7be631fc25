import GleanerCore
import GleanerTestSupport
import Glibc
import Testing

@testable import GleanerDemo

@Suite("Scripted provider")
struct ScriptedProviderTests {
    static func chat(_ model: String, stream: Bool, extra: String = "") -> String {
        #"{"model":"\#(model)","stream":\#(stream),"messages":[{"role":"user","content":"Namaste"}]\#(extra)}"#
    }

    private static func withDemo(_ body: @Sendable (ScriptedProvider, Int) async throws -> Void) async throws {
        try await ScriptedProvider.withProvider(scripts: [DemoScript(), NastyScript()]) { provider in
            try await body(provider, try await provider.port)
        }
    }

    private static func error(of answer: RawAnswer) throws -> JSONValue {
        try #require(try JSONValue(parsing: answer.body)["error"])
    }

    @Test("a request without a bearer key is refused in OpenAI's shape")
    func noKey() async throws {
        try await Self.withDemo { _, port in
            let answer = try await RawHTTP.send(port: port, key: nil, body: Self.chat("demo-hinglish-1", stream: false))
            #expect(answer.status == 401)
            let error = try Self.error(of: answer)
            #expect(error["code"] == "invalid_api_key")
            #expect(error["type"] == "invalid_request_error")
            #expect(error["param"] == .null)
        }
    }

    @Test("an unknown model gets 404 and is told which models there are")
    func unknownModel() async throws {
        try await Self.withDemo { _, port in
            let answer = try await RawHTTP.send(port: port, body: Self.chat("gpt-9", stream: true))
            #expect(answer.status == 404)
            let error = try Self.error(of: answer)
            #expect(error["code"] == "model_not_found")
            #expect(error["message"]?.stringValue?.contains("demo-hinglish-1") == true)
        }
    }

    @Test(
        "a body that is no chat request gets 400",
        arguments: ["{", "[]", #"{"model":"demo-hinglish-1"}"#, #"{"model":"m","messages":[{}],"n":99}"#, ""])
    func badBody(_ body: String) async throws {
        try await Self.withDemo { _, port in
            let answer = try await RawHTTP.send(port: port, body: body)
            #expect(answer.status == 400)
            #expect(try Self.error(of: answer)["type"] == "invalid_request_error")
        }
    }

    @Test("models are listed, and each can be asked for by name")
    func models() async throws {
        try await Self.withDemo { _, port in
            let list = try await RawHTTP.send(port: port, method: "GET", path: "/v1/models")
            let ids = try JSONValue(parsing: list.body)["data"]?.arrayValue?.compactMap { $0["id"]?.stringValue } ?? []
            #expect(ids.starts(with: ["demo-hinglish-1", "demo-health-1"]))
            for id in ids {
                let one = try await RawHTTP.send(port: port, method: "GET", path: "/v1/models/\(id)")
                let document = try JSONValue(parsing: one.body)
                #expect(document["id"]?.stringValue == id)
                #expect(document["owned_by"] == "gleaner-demo")
            }
            #expect(try await RawHTTP.send(port: port, method: "GET", path: "/v1/models/none").status == 404)
            #expect(try await RawHTTP.send(port: port, method: "GET", path: "/v2/else").status == 404)
        }
    }

    @Test("every request is counted and kept with its exact body and headers")
    func records() async throws {
        try await Self.withDemo { provider, port in
            let body = Self.chat("demo-health-1", stream: false, extra: #", "odd" :  1"#)
            _ = try await RawHTTP.send(port: port, key: "sk-one", body: body)
            _ = try await RawHTTP.send(port: port, key: nil, body: "not json")
            #expect(provider.requestCount == 2)
            let kept = provider.requests
            #expect(kept.map(\.number) == [1, 2])
            #expect(kept.first?.body == Array(body.utf8))
            #expect(kept.first?.bearer == "sk-one")
            #expect(kept.first?.path == "/v1/chat/completions")
            #expect(kept.last?.bearer == nil)
        }
    }

    @Test("only the latest requests are kept when there is a limit")
    func limit() {
        let recorder = RequestRecorder(limit: 2)
        for _ in 0..<5 {
            _ = recorder.record { ProviderRequest(number: $0, method: "GET", path: "/") }
        }
        #expect(recorder.count == 5)
        #expect(recorder.requests.map(\.number) == [4, 5])
    }

    @Test("the same request gives the same bytes, another request another id", arguments: [true, false])
    func deterministic(_ stream: Bool) async throws {
        try await Self.withDemo { _, port in
            let body = Self.chat("demo-hinglish-1", stream: stream)
            let first = try await RawHTTP.send(port: port, body: body)
            let second = try await RawHTTP.send(port: port, body: body)
            let other = try await RawHTTP.send(port: port, body: body + " ")
            #expect(first.body == second.body)
            #expect(first.body != other.body)
            #expect(first.headers["x-gleaner-demo"] == "true")
        }
    }

    @Test("stopping returns soon although a request is silent and an idle connection is open")
    func stops() async throws {
        let clock = ContinuousClock()
        let client = try await ScriptedProvider.withProvider(scripts: [NastyScript()]) { provider in
            let port = try await provider.port
            let idle = try RawSocket.connect(port: port, patience: .seconds(10))
            let client = Task {
                try await RawHTTP.send(
                    port: port, body: Self.chat("nasty-silent", stream: true), patience: .seconds(20))
            }
            while provider.requestCount == 0 { try await Task.sleep(for: .milliseconds(5)) }
            return (client, idle, clock.now)
        }
        #expect(client.2.duration(to: clock.now) < .seconds(10))
        #expect(try await client.0.value.ending == .cut)
        close(client.1)
    }

    @Test("a port in use is an error for run() and for whoever waits for the port")
    func portInUse() async throws {
        try await Self.withDemo { _, port in
            let second = ScriptedProvider(scripts: [], configuration: .init(port: port))
            await #expect(throws: (any Error).self) { try await second.run() }
            await #expect(throws: (any Error).self) { try await second.port }
        }
    }
}
