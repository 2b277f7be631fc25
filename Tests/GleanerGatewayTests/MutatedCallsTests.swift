import GleanerCore
import GleanerTestSupport
import NIOCore
import Testing

@testable import GleanerGateway

@Suite("Damaged calls")
struct MutatedCallsTests {
    private static let bodies = [
        #"{"model":"m","messages":[{"role":"user","content":"Kya \"haal\" \\ \u0939\ud83d\ude00?"}],"n":1,"stream":true}"#,
        #" { "messages" : [ ] , "stream_options":{"include_usage":true},"mode\u006c" : "x" , "max_tokens":5.0,"t":[[1e1],{}] } "#,
        #"{"user":"u","metadata":{"conversation_id":"c"},"temperature":1e0,"model":"a","logit_bias":{"50256":-100}}"#,
    ].map { Array($0.utf8) }

    @Test("each is refused with a 4xx, or rewritten in the changed members only")
    func mutated() throws {
        var random = SeededRandom(seed: 11)
        let pieces =
            ["\"", "\\", "{", "}", "[", "]", ",", ":", "0", " ", "\0", "\"a\":1,", "\\u0000", "\\ud800", "\u{FEFF}"]
            .map { Array($0.utf8) } + [[0x80], [0xFF], [0xED]]
        var kept = 0
        for _ in 0..<5_000 {
            var bytes = Self.bodies.randomElement(using: &random)!
            for _ in 0..<Int.random(in: 0...2, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                let end = min(place + Int.random(in: 0...2, using: &random), bytes.count)
                bytes.replaceSubrange(place..<end, with: pieces.randomElement(using: &random)!)
            }
            let body = ByteBuffer(bytes: bytes)
            do throws(GatewayError) {
                let fields = try RequestFields(parsing: body, requiresModel: false)
                kept += 1
                let rewritten = fields.rewriting(body, model: "new", setting: ["seed": 7])
                let again = try RequestFields(parsing: rewritten, requiresModel: false)
                #expect(again.model == "new")
                #expect(again.stream == fields.stream)
                let expected = meaning(bytes, setting: ["model": "new", "seed": 7])
                #expect(expected != nil && expected == meaning(Array(rewritten.readableBytesView)))
                #expect(fields.rewriting(body, model: nil, setting: [:]) == body)
            } catch {
                #expect((400..<500).contains(error.explanation.status), "\(String(decoding: bytes, as: UTF8.self))")
            }
        }
        #expect(kept > 1_000)
    }

    private func meaning(_ bytes: [UInt8], setting changes: [String: JSONValue] = [:]) -> [String: JSONValue]? {
        (try? JSONValue(parsing: bytes))?.objectValue?.merging(changes) { _, new in new }
    }
}
