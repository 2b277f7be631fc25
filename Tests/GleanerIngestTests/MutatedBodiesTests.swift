import AsyncPostgres
import GleanerCore
import GleanerTestSupport
import SimdJSON
import Testing

@testable import GleanerIngest

/// Whatever bytes come, a projection is made of what can be read, and what is made can be stored.
@Suite("Reading damaged bodies")
struct MutatedBodiesTests {
    private static let request =
        #"{"model":"m","messages":[{"role":"system","content":"Ha \ud83d\ude00"},{"role":"user","content":[{"type":"text","text":"é\n"}]}],"metadata":{"a":"b"},"temperature":0.5}"#
    private static let answer =
        #"{"id":"c1","model":"m-1","choices":[{"index":0,"message":{"role":"assistant","content":"ok","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}]},"logprobs":{"content":[{"logprob":-0.25}]},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":7,"prompt_tokens_details":{"cached_tokens":4}}}"#
    private static let stream = """
        data: {"id":"c1","model":"m","choices":[{"index":1,"delta":{"role":"assistant","content":"a\\ud83d"},"finish_reason":null}]}

        data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"x","function":{"name":"f","arguments":"{}"}}]},"finish_reason":"stop"},{"index":1,"delta":{"content":"\\ude00"},"finish_reason":"stop"}]}

        data: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":7}}

        data: [DONE]


        """

    private func check(_ request: [UInt8], _ response: [UInt8], _ type: String) {
        let whole = JournaledExchange.fixture(contentType: type)
        let damaged = JournaledExchange(
            intent: whole.intent, outcome: whole.outcome, request: request, response: response)
        let projection = ExchangeProjection(damaged)
        for document in [projection.messages, projection.answer, projection.metadata].compactMap({ $0 }) {
            // What jsonb takes: our strict grammar, and no U+0000 anywhere.
            let value = try? JSONValue(parsing: document.bytes)
            #expect(value != nil, "\(document.text)")
            #expect(!((try? value?.canonicalBytes()).flatMap { $0 } ?? []).containsNUL, "\(document.text)")
        }
    }

    @Test("bodies that end early")
    func cut() {
        for (body, type) in [(Self.answer, "application/json"), (Self.stream, "text/event-stream")] {
            let bytes = Array(body.utf8)
            for length in 0...bytes.count { check(Array(Self.request.utf8), Array(bytes[..<length]), type) }
        }
        let bytes = Array(Self.request.utf8)
        for length in 0...bytes.count { check(Array(bytes[..<length]), [], "application/json") }
    }

    @Test("bodies with bytes changed, added or taken away")
    func mutated() {
        var random = SeededRandom(seed: 3)
        let pieces =
            ["\"", "\\", "{", "}", "[", "]", ",", ":", "0", "\n", "\0", "\u{1}", "\\u0000", "\\ud800", "\\ude00"]
            .map { Array($0.utf8) } + [[0x80], [0xFF], [0xED], [0xE2]]
        for _ in 0..<4_000 {
            func damage(_ body: String) -> [UInt8] {
                var bytes = Array(body.utf8)
                for _ in 0..<Int.random(in: 0...2, using: &random) {
                    let place = Int.random(in: 0..<bytes.count, using: &random)
                    let length = Int.random(in: 0...2, using: &random)
                    let end = min(place + length, bytes.count)
                    bytes.replaceSubrange(place..<end, with: pieces.randomElement(using: &random)!)
                }
                return bytes
            }
            let isStream = Bool.random(using: &random)
            check(
                damage(Self.request), damage(isStream ? Self.stream : Self.answer),
                isStream ? "text/event-stream" : "application/json")
        }
    }
}

extension [UInt8] {
    /// Of canonical JSON: a U+0000 is the escape, and not the text of one.
    fileprivate var containsNUL: Bool {
        let escape = Array(#"\u0000"#.utf8)
        guard count >= escape.count else { return false }
        return (0...count - escape.count).contains { start in
            guard self[start] == escape[0], self[start..<start + escape.count].elementsEqual(escape) else {
                return false
            }
            let slashes = self[..<start].reversed().prefix { $0 == escape[0] }.count
            return slashes.isMultiple(of: 2)
        }
    }
}
