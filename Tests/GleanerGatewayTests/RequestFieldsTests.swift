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
            #"{"messages":[{"role":"user","content":"\ud83d"}],"model":"m","stream":true,"user":"u","metadata":{"conversation_id":"c"},"x":{"y":[1]}}"#
        )
        #expect(fields.model == "m")
        #expect(fields.stream)
        #expect(fields.user == "u")
        #expect(fields.conversation == "c")
    }

    @Test("safety_identifier goes before user, and odd types of either are the provider's to refuse")
    func identifiers() throws {
        #expect(try parse(#"{"model":"m","user":"u","safety_identifier":"s"}"#).user == "s")
        #expect(try parse(#"{"model":"m","user":7,"metadata":{"a":1}}"#).user == nil)
    }

    @Test(
        "what cannot be used says why",
        arguments: [
            ("", GatewayError.bodyNotJSON), ("{", .bodyNotJSON), ("[]", .bodyNotAnObject), ("null", .bodyNotAnObject),
            ("\"x\"", .bodyNotAnObject), ("{}", .modelMissing), (#"{"model":""}"#, .modelMissing),
            (#"{"model":null}"#, .modelMissing), (#"{"model":5}"#, .fieldInvalid("model")),
            (#"{"model":"a\u0000b"}"#, .fieldInvalid("model")),
            (#"{"model":"m","stream":"true"}"#, .fieldInvalid("stream")),
            ("{'model':'m'}", .bodyNotJSON),
        ])
    func refused(_ text: String, _ error: GatewayError) {
        #expect(throws: error) { try parse(text) }
    }

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
}
