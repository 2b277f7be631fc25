import Foundation
import GleanerCore
import OTLP
import Testing

@testable import GleanerImport

@Suite("Spans of calls to models")
struct TraceTests {
    private let now = Date(timeIntervalSince1970: 1_764_072_000)

    private func attribute(_ name: String, _ value: JSONValue) -> OTLPKeyValue {
        var attribute = OTLPKeyValue()
        attribute.key = name
        attribute.value = Self.any(value)
        return attribute
    }

    private static func any(_ value: JSONValue) -> OTLPAnyValue {
        var any = OTLPAnyValue()
        switch value {
        case .string(let text): any.stringValue = text
        case .integer(let number): any.intValue = number
        case .number(let number): any.doubleValue = number
        case .bool(let flag): any.boolValue = flag
        case .array(let list): any.arrayValue.values = list.map(Self.any)
        case .object(let members):
            any.kvlistValue.values = members.sorted { $0.key < $1.key }.map { key, value in
                var member = OTLPKeyValue()
                member.key = key
                member.value = Self.any(value)
                return member
            }
        case .null: break
        }
        return any
    }

    private func span(
        _ attributes: [String: JSONValue], events: [(String, [String: JSONValue])] = [], failed: Bool = false
    ) -> OTLPSpan {
        var span = OTLPSpan()
        span.traceID = Data(0..<16)
        span.spanID = Data(0..<8)
        span.startTimeUnixNano = UInt64(now.timeIntervalSince1970) * 1_000_000_000 - 5_000_000_000
        span.endTimeUnixNano = span.startTimeUnixNano + 1_250_000_000
        span.attributes = attributes.map(attribute)
        span.events = events.enumerated().map { index, event in
            var made = OTLPEvent()
            made.name = event.0
            made.timeUnixNano = span.startTimeUnixNano + UInt64(index + 1) * 10_000_000
            made.attributes = event.1.map(attribute)
            return made
        }
        if failed { span.status.code = .error }
        return span
    }

    private func read(_ span: OTLPSpan) throws -> LoggedExchange {
        try #require(SpanCall(span, resource: SpanValues([]), scope: "tests")).exchange(now: now)
    }

    private func request(_ exchange: LoggedExchange) throws -> JSONValue { try JSONValue(parsing: exchange.request) }
    private func response(_ exchange: LoggedExchange) throws -> JSONValue { try JSONValue(parsing: exchange.response) }

    private let question: JSONValue = ["role": "user", "content": "Haan?"]
    private let answer: JSONValue = ["role": "assistant", "content": "Haan ji."]

    @Test("messages in parts, as text or as structure, with system instructions, tools and parameters")
    func parts() throws {
        let input: JSONValue = [
            ["role": "user", "parts": [["type": "text", "content": "Haan?"]]],
            [
                "role": "assistant",
                "parts": [["type": "tool_call", "id": "c1", "name": "weather", "arguments": ["city": "Pune"]]],
            ],
            ["role": "tool", "parts": [["type": "tool_call_response", "id": "c1", "response": "rain"]]],
        ]
        let output: JSONValue = [
            ["role": "assistant", "parts": [["type": "text", "content": "Haan ji."]], "finish_reason": "stop"]
        ]
        for isText in [true, false] {
            func written(_ value: JSONValue) throws -> JSONValue {
                isText ? .string(String(decoding: try value.canonicalBytes(), as: UTF8.self)) : value
            }
            let exchange = try read(
                span([
                    "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "m",
                    "gen_ai.request.temperature": 0.5, "gen_ai.response.id": "r1", "gen_ai.response.model": "m-1",
                    "gen_ai.system_instructions": try written([["type": "text", "content": "Be kind."]]),
                    "gen_ai.input.messages": try written(input), "gen_ai.output.messages": try written(output),
                    "gen_ai.usage.input_tokens": 7, "gen_ai.usage.output_tokens": "3",
                    "gen_ai.conversation.id": "c",
                ]))
            let messages = try #require(try request(exchange)["messages"]?.arrayValue)
            #expect(messages[0] == ["role": "system", "content": "Be kind."])
            #expect(messages[1] == question)
            #expect(
                messages[2]["tool_calls"] == [
                    [
                        "id": "c1", "type": "function",
                        "function": ["name": "weather", "arguments": #"{"city":"Pune"}"#],
                    ]
                ])
            #expect(messages[3] == ["role": "tool", "tool_call_id": "c1", "content": "rain"])
            #expect(try request(exchange)["temperature"] == 0.5)
            let choice = try #require(try response(exchange)["choices"]?.arrayValue?.first)
            #expect(choice["message"] == answer)
            #expect(choice["finish_reason"] == "stop")
            #expect(try response(exchange)["usage"]?["total_tokens"] == 10)
            #expect(exchange.duration == .milliseconds(1250))
            #expect(exchange.conversation == "c")
            #expect(exchange.provider == "openai")
            #expect(exchange.identity == .external("000102030405060708090a0b0c0d0e0f/0001020304050607"))
        }
    }

    @Test(
        "the older ways say the same",
        arguments: [
            "numbered", "events", "operation details", "plain texts", "plain messages", "content events",
        ])
    func older(way: String) throws {
        var attributes: [String: JSONValue] = ["gen_ai.system": "openai", "gen_ai.request.model": "m"]
        var events: [(String, [String: JSONValue])] = []
        switch way {
        case "numbered":
            for (name, value) in [
                "prompt.0.role": "user", "prompt.0.content": "Haan?", "completion.0.role": "assistant",
                "completion.0.content": "Haan ji.", "completion.0.finish_reason": "length",
            ] as [String: JSONValue] {
                attributes["gen_ai.\(name)"] = value
            }
        case "events":
            events = [
                ("gen_ai.user.message", ["content": "Haan?"]),
                ("gen_ai.choice", ["index": 0, "finish_reason": "length", "message": answer]),
            ]
        case "operation details":
            events = [
                (
                    "gen_ai.client.inference.operation.details",
                    ["gen_ai.input.messages": [question], "gen_ai.output.messages": [answer]]
                )
            ]
        case "plain texts":
            attributes["gen_ai.prompt"] = "Haan?"
            attributes["gen_ai.completion"] = "Haan ji."
        case "plain messages":
            attributes["gen_ai.prompt"] = #"[{"role":"user","content":"Haan?"}]"#
            attributes["gen_ai.completion"] = #"[{"role":"assistant","content":"Haan ji."}]"#
        default:
            events = [
                ("gen_ai.content.prompt", ["gen_ai.prompt": "Haan?"]),
                ("gen_ai.content.completion", ["gen_ai.completion": "Haan ji."]),
            ]
        }
        let exchange = try read(span(attributes, events: events))
        #expect(try request(exchange)["messages"] == [question])
        let choice = try #require(try response(exchange)["choices"]?.arrayValue?.first)
        #expect(choice["message"] == answer)
        // What nobody told is not known.
        #expect(choice["finish_reason"] == (["numbered", "events"].contains(way) ? "length" : .null))
    }

    @Test("numbered messages are in the order of their numbers, whatever numbers there are")
    func order() throws {
        var attributes: [String: JSONValue] = ["gen_ai.request.model": "m", "gen_ai.completion.0.content": "done"]
        for number in [10, 2, 0, 1] { attributes["gen_ai.prompt.\(number).content"] = .string("\(number)") }
        attributes["gen_ai.prompt.many.content"] = "no number"
        let contents = try request(read(span(attributes)))["messages"]?.arrayValue?.compactMap {
            $0["content"]?.stringValue
        }
        #expect(contents == ["0", "1", "2", "10"])
    }

    @Test("what is no call to a chat model is passed over")
    func others() {
        for attributes: [String: JSONValue] in [
            [:], ["http.method": "GET"], ["gen_ai.operation.name": "execute_tool", "gen_ai.request.model": "m"],
            ["llm.request.type": "embedding", "gen_ai.request.model": "m"],
        ] {
            #expect(SpanCall(span(attributes), resource: SpanValues([]), scope: "") == nil)
        }
    }

    @Test("a call that failed is kept with its reason; one without its texts is not")
    func failed() throws {
        let exchange = try read(
            span(
                ["gen_ai.request.model": "m", "gen_ai.prompt": "Haan?", "error.type": "429"], failed: true))
        #expect(exchange.status == .upstreamFailed)
        #expect(exchange.httpStatus == 429)
        #expect(exchange.response.isEmpty)
        #expect(throws: LogError.self) { try read(span(["gen_ai.request.model": "m"])) }
        #expect(throws: LogError.self) { try read(span(["gen_ai.request.model": "m", "gen_ai.prompt": "Haan?"])) }
    }

    @Test("of several spans of one answer the innermost that says what was said is kept, and others are as they were")
    func twins() throws {
        func call(_ completion: String?, milliseconds: UInt64, id: UInt8, hasTexts: Bool = true) throws -> SpanCall {
            var attributes: [String: JSONValue] = ["gen_ai.request.model": "m"]
            attributes["gen_ai.response.id"] = completion.map { .string($0) }
            if hasTexts { attributes.merge(["gen_ai.prompt": "Haan?", "gen_ai.completion": "Haan ji."]) { $1 } }
            var span = span(attributes)
            span.spanID = Data([id, 0, 0, 0, 0, 0, 0, 0])
            span.endTimeUnixNano = span.startTimeUnixNano + milliseconds * 1_000_000
            return try #require(SpanCall(span, resource: SpanValues([]), scope: ""))
        }
        let calls = [
            try call("c1", milliseconds: 900, id: 1), try call(nil, milliseconds: 5, id: 2),
            try call("c1", milliseconds: 800, id: 3), try call("c1", milliseconds: 700, id: 4, hasTexts: false),
            try call("c2", milliseconds: 9, id: 5), try call(nil, milliseconds: 5, id: 6),
        ]
        #expect(calls.withoutTwins().map { $0.name.dropFirst(33).prefix(2) } == ["02", "03", "05", "06"])
    }

    @Test("an answer is of the span that came first with it, however often that one comes, and of each project's own")
    func recent() {
        let (recent, one, other) = (RecentCompletions(limit: 2), ID<Project>.new(), ID<Project>.new())
        #expect(recent.claim("c", of: one, for: "a/1"))
        #expect(!recent.claim("c", of: one, for: "a/2"))
        #expect(recent.claim("c", of: one, for: "a/1"))
        #expect(recent.claim("c", of: other, for: "a/2"))
        #expect(recent.claim("d", of: one, for: "a/3"))
        // The oldest is forgotten: by then the database knows it.
        #expect(recent.claim("c", of: one, for: "a/2"))
    }

    @Test("a time that cannot be is refused")
    func time() {
        var late = span(["gen_ai.request.model": "m", "gen_ai.prompt": "a", "gen_ai.completion": "b"])
        late.startTimeUnixNano = .max
        #expect(throws: LogError.timeImpossible) { try read(late) }
        late.startTimeUnixNano = 0
        #expect(throws: LogError.timeImpossible) { try read(late) }
    }

    @Test("where a call went is told alike by a base URL and by the server's name")
    func server() throws {
        func server(_ attributes: [String: JSONValue]) -> String? {
            SpanCall(
                span(attributes.merging(["gen_ai.request.model": "m"]) { $1 }), resource: SpanValues([]), scope: "")?
                .server
        }
        #expect(server(["gen_ai.openai.api_base": "http://Gleaner.example:8080/v1/"]) == "gleaner.example:8080")
        #expect(server(["server.address": "gleaner.example", "server.port": 8080]) == "gleaner.example:8080")
        #expect(server(["server.address": "api.openai.com", "server.port": 443]) == "api.openai.com")
        #expect(server([:]) == nil)
    }

    @Test("protobuf and OTLP's own JSON give the same ids")
    func encodings() throws {
        let sent = span(["gen_ai.request.model": "m", "gen_ai.prompt": "a", "gen_ai.completion": "b"])
        let json = """
            {"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"000102030405060708090A0B0C0D0E0F",
            "spanId":"0001020304050607","name":"x","kind":3,"startTimeUnixNano":"\(sent.startTimeUnixNano)",
            "endTimeUnixNano":"\(sent.endTimeUnixNano)","attributes":[
            {"key":"gen_ai.request.model","value":{"stringValue":"m"}},{"key":"gen_ai.prompt","value":{"stringValue":"a"}},
            {"key":"gen_ai.completion","value":{"stringValue":"b"}}]}]}]}]}
            """
        let read = try TraceEncoding.json.read(Array(json.utf8))
        var export = OTLPTraceExport()
        export.resourceSpans = [OTLPResourceSpans()]
        export.resourceSpans[0].scopeSpans = [OTLPScopeSpans()]
        export.resourceSpans[0].scopeSpans[0].spans = [sent]
        let again = try TraceEncoding.protobuf.read(try TraceEncoding.protobuf.write(export))
        let exchanges = try [read, again].map { export in
            try self.read(export.resourceSpans[0].scopeSpans[0].spans[0])
        }
        #expect(exchanges[0].identity == exchanges[1].identity)
        #expect(exchanges[0].request == exchanges[1].request)
    }
}
