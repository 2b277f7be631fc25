import GleanerCore
import NIOCore
import Testing

@testable import GleanerGateway

@Suite("Reading a call")
struct RequestFieldsTests {
    private func parse(_ text: String) throws(GatewayError) -> RequestFields {
        try RequestFields(parsing: ByteBuffer(string: text))
    }

    @Test("the fields the gateway needs are found, unknown ones are not looked at")
    func found() throws {
        let fields = try parse(
            #"{"messages":[{"role":"user","content":"\ud83d\ude00"}],"model":"m","stream":true,"user":"u","metadata":{"conversation_id":"c"},"x":{"y":[1]}}"#
        )
        #expect(fields.model == "m")
        #expect(fields.stream)
        #expect(fields.user == "u")
        #expect(fields.conversation == "c")
        #expect(!fields.includesUsage)
        #expect(try parse(#"{"model":"m","stream_options":{"include_usage":true}}"#).includesUsage)
    }

    @Test("where a body is judged a member twice is refused at any depth, elsewhere only at the top")
    func judged() throws {
        for inner in [
            #"{"content":"a","content":"b"}"#, #"{"x":[{"y":{"a":1,"\u0061":2}}]}"#,
            #"{"content":[{"text":1,"text":1}]}"#,
        ] {
            let body = ByteBuffer(string: "{\"model\":\"m\",\"messages\":[\(inner)]}")
            #expect(try RequestFields(parsing: body).model == "m")
            #expect(throws: GatewayError.memberDuplicated) { try RequestFields(parsing: body, isJudged: true) }
        }
        let plain = ByteBuffer(string: #"{"model":"m","messages":[{"a":1},{"a":1}]}"#)
        #expect(try RequestFields(parsing: plain, isJudged: true).model == "m")
    }

    @Test("model may be left out where it is not needed")
    func withoutModel() throws {
        for text in ["{}", #"{"model":null}"#, #"{"input":"x","model":""}"#] {
            #expect(try RequestFields(parsing: ByteBuffer(string: text), requiresModel: false).model == nil)
        }
    }

    @Test("valid numbers that no machine word holds are somebody else's business")
    func bigNumbers() throws {
        for number in ["1e400", "-1e400", "1e131073", String(repeating: "7", count: 10_000), "18446744073709551616"] {
            #expect(try parse("{\"model\":\"m\",\"seed\":\(number),\"stream\":true}").stream)
        }
        #expect(try parse(#"{"model":"m","n":1.0,"max_tokens":-1,"temperature":null,"n2":1}"#).model == "m")
    }

    @Test("safety_identifier goes before user, and odd types of either are the provider's to refuse")
    func identifiers() throws {
        #expect(try parse(#"{"model":"m","user":"u","safety_identifier":"s"}"#).user == "s")
        #expect(try parse(#"{"model":"m","user":7,"metadata":{"a":1}}"#).user == nil)
    }

    @Test("what cannot be used says why", arguments: Self.unusable)
    func refused(_ text: String, _ error: GatewayError) {
        #expect(throws: error) { try parse(text) }
    }
    private static let unusable: [(String, GatewayError)] = [
        ("", GatewayError.bodyNotJSON), ("{", .bodyNotJSON), ("[]", .bodyNotAnObject), ("null", .bodyNotAnObject),
        ("\"x\"", .bodyNotAnObject), ("{}", .modelMissing), (#"{"model":""}"#, .modelMissing),
        (#"{"model":null}"#, .modelMissing), (#"{"model":5}"#, .fieldInvalid("model")),
        (#"{"model":"a\u0000b"}"#, .fieldInvalid("model")),
        (#"{"model":"m","stream":"true"}"#, .fieldInvalid("stream")),
        ("{'model':'m'}", .bodyNotJSON), ("  ", .bodyNotJSON), (#"{"model":"m",}"#, .bodyNotJSON),
        (#"{"model":"m"}{}"#, .bodyNotJSON), (#"{"model":"m"/**/}"#, .bodyNotJSON),
        ("{\"model\":\"m\"}\0", .bodyNotJSON), ("{\"model\":\"m\",\"a\":\"\u{1}\"}", .bodyNotJSON),
        ("{\"model\":\"m\",\"a\":\"\0\"}", .bodyNotJSON), (#"{"model":"m","n":01}"#, .bodyNotJSON),
        (#"{"model":"m","a":"\ud800"}"#, .bodyLoneSurrogate), (#"{"model":"m","\udc00":1}"#, .bodyLoneSurrogate),
        (#"{"model":"m","model":"x"}"#, .fieldDuplicated("model")),
        (#"{"model":"m","mode\u006c":"x"}"#, .fieldDuplicated("model")),
        (#"{"messages":[],"model":"m","messages":[]}"#, .fieldDuplicated("messages")),
        (#"{"model":"m","user":"a\u0000"}"#, .fieldInvalid("user")),
        (#"{"model":"m","metadata":{"conversation_id":"\u0000"}}"#, .fieldInvalid("metadata.conversation_id")),
        (#"{"model":"m","n":0}"#, .fieldInvalid("n")), (#"{"model":"m","n":129}"#, .fieldInvalid("n")),
        (#"{"model":"m","n":"1"}"#, .fieldInvalid("n")), (#"{"model":"m","n":1.5}"#, .fieldInvalid("n")),
        (#"{"model":"m","n":true}"#, .fieldInvalid("n")),
        (#"{"model":"m","max_tokens":1e400}"#, .fieldInvalid("max_tokens")),
        (#"{"model":"m","max_tokens":-2}"#, .fieldInvalid("max_tokens")),
        (#"{"model":"m","max_completion_tokens":9223372036854775808}"#, .fieldInvalid("max_completion_tokens")),
        (#"{"model":"m","temperature":-0.1}"#, .fieldInvalid("temperature")),
        (#"{"model":"m","temperature":1e400}"#, .fieldInvalid("temperature")),
        (#"{"model":"m","temperature":"1"}"#, .fieldInvalid("temperature")),
    ]

    @Test(
        "bytes that are not plain UTF-8 are refused",
        arguments: [
            [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xEF, 0xBB, 0xBF, 0x7B, 0x7D], [0xF4, 0x90, 0x80, 0x80],
        ])
    func notUTF8(_ bytes: [UInt8]) {
        let body = Array(#"{"model":""#.utf8) + bytes + Array(#""}"#.utf8)
        let starts = bytes.first == 0xEF ? bytes : body
        #expect(throws: GatewayError.bodyNotUTF8) { try RequestFields(parsing: ByteBuffer(bytes: starts)) }
    }

    @Test("more than 128 levels are refused without going down them")
    func depth() throws {
        func nested(_ levels: Int) -> String {
            #"{"model":"m","x":"# + String(repeating: "[", count: levels) + String(repeating: "]", count: levels) + "}"
        }
        #expect(try parse(nested(127)).model == "m")
        #expect(throws: GatewayError.bodyTooDeep(limit: 128)) { try parse(nested(128)) }
        #expect(throws: GatewayError.bodyTooDeep(limit: 128)) {
            try parse("{\"model\":" + String(repeating: "[", count: 1_000_000))
        }
    }

    @Test("a hundred thousand members, one twice, are found out")
    func manyMembers() throws {
        let members = (0..<100_000).map { "\"k\($0)\":\($0)" }.joined(separator: ",")
        #expect(try parse("{\"model\":\"m\",\(members)}").model == "m")
        #expect(throws: GatewayError.fieldDuplicated("k5")) { try parse("{\"model\":\"m\",\(members),\"k5\":0}") }
    }

    @Test("UTF-16 bodies are refused as what they are")
    func utf16() {
        let text = Array(#"{"model":"m"}"#.utf8)
        let little: [UInt8] = text.flatMap { byte in [byte, 0] }
        let big: [UInt8] = text.flatMap { byte in [0, byte] }
        for bytes in [little, big] {
            #expect(throws: GatewayError.bodyNotUTF8) { try RequestFields(parsing: ByteBuffer(bytes: bytes)) }
        }
    }
}

@Suite("Rewriting a call")
struct RewritingTests {
    private func rewrite(_ text: String, model: String?, _ parameters: [String: JSONValue] = [:]) throws -> String {
        // Not at the start of its storage, as bodies from the network are.
        var body = ByteBuffer(string: "xx" + text)
        body.moveReaderIndex(forwardBy: 2)
        let fields = try RequestFields(parsing: body, requiresModel: false)
        let rewritten = fields.rewriting(body, model: model, setting: parameters)
        _ = try RequestFields(parsing: rewritten, requiresModel: false)
        return String(buffer: rewritten)
    }

    @Test("only the model's value changes; spacing, escapes, numbers and order stay")
    func model() throws {
        let text =
            #" { "messages" : [{"content":"\u0041\/ \"model\""}],"mode\u006c" :  "a" , "seed":1.0E2, "x":1e400} "#
        #expect(try rewrite(text, model: nil) == text)
        #expect(
            try rewrite(text, model: #"b"/"#)
                == #" { "messages" : [{"content":"\u0041\/ \"model\""}],"mode\u006c" :  "b\"/" , "seed":1.0E2, "x":1e400} "#
        )
        #expect(
            try rewrite(#"{"metadata":{"model":"a"},"model":"a"}"#, model: "b")
                == #"{"metadata":{"model":"a"},"model":"b"}"#)
    }

    @Test("parameters replace what is there and come last where nothing is")
    func parameters() throws {
        #expect(
            try rewrite(
                #"{"temperature":0.5,"model":"a","top_p":1 }"#, model: "b",
                ["temperature": 0, "stream_options": ["include_usage": true], "max_tokens": 5])
                == #"{"temperature":0,"model":"b","top_p":1,"max_tokens":5,"stream_options":{"include_usage":true} }"#)
        #expect(try rewrite("{ }", model: "b", ["n": 2]) == #"{ "model":"b","n":2}"#)
        #expect(try rewrite(#"{"a":{}}"#, model: nil, ["a": [1, "}"]]) == #"{"a":[1,"}"]}"#)
        #expect(try rewrite(#"{"a":{}}"#, model: nil, ["b": .number(.infinity)]) == #"{"a":{},"b":null}"#)
    }
}
