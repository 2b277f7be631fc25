import Foundation
import GleanerCore
import GleanerTestSupport
import Testing

@testable import GleanerModeration

/// Texts that nobody writes and somebody will send.
@Suite("Redaction of anything")
struct RedactorFuzzTests {
    private func redactor() -> Redactor {
        Redactor(kinds: Set(PIIKind.allCases), placeholders: Placeholders(key: Array(repeating: 7, count: 32)))
    }
    private func redacted(_ text: String) -> String? {
        var redactor = redactor()
        return redactor.redacted(text)
    }
    private func redacted(_ bytes: [UInt8]) -> [UInt8]? {
        var redactor = redactor()
        return redactor.redacted(bytes)
    }
    private func redacted(stream bytes: [UInt8]) -> [UInt8]? {
        var redactor = redactor()
        return redactor.redacted(stream: bytes)
    }

    private static let values = [
        "9876543210", "+91 98765 43210", "a.b@example.com", "x@y.co", "c@y.com", "4111 1111 1111 1111", "ABCPE1234F",
        "2341 2341 2346", "22AAAAA0000A1Z5", "name@okaxis", "HDFC0001234", "GB82 WEST 1234 5698 7654 32",
        "sk-aaaaaaaaaaaaaaaaaaaaaaaa", "AKIAIOSFODNN7EXAMPLE", "192.168.10.20", "2001:db8::ff00:42:8329",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlc2ln", "-----BEGIN PRIVATE KEY-----", "aadhaar", "vid", "upi",
        "-----END PRIVATE KEY-----", "ghp_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ]
    /// What folds to several characters, to one, or to none, and what stands between words.
    private static let others = [
        "℀", "℅", "ﬁ", "㏂", "⑽", "⒈", "🄐", "㍘", "ｅ", "９", "९", "٣", "\u{200B}", "\u{00AD}", "–", "．", "＠", ".", "@",
        "-", "_",
        "+", "/", ":", " ", "  ", "\n", "é", "क्", "👍🏽", "1", "a", "%", "\\", "\"", "\u{0}",
    ]

    private func text(_ random: inout SeededRandom) -> String {
        (0..<Int.random(in: 1...9, using: &random)).map { _ in
            var piece = (Bool.random(using: &random) ? Self.values : Self.others).randomElement(using: &random) ?? ""
            // Half a value, or one with something inside it.
            switch Int.random(in: 0...7, using: &random) {
            case 0: piece = String(piece.prefix(Int.random(in: 0...piece.count, using: &random)))
            case 1:
                let place = piece.index(piece.startIndex, offsetBy: Int.random(in: 0...piece.count, using: &random))
                piece.insert(contentsOf: Self.others.randomElement(using: &random) ?? "", at: place)
            default: break
            }
            return piece
        }.joined()
    }

    /// What is in no find, in order.
    private func remainder(of text: String) -> String {
        var bytes = Array(text.utf8).map(Optional.some)
        for find in PIIScanner().scan(text) where find.certainty != .form {
            for index in find.range { bytes[index] = nil }
        }
        return String(decoding: bytes.compactMap { $0 }, as: UTF8.self)
    }

    private func withoutPlaceholders(_ text: String) -> String {
        text.replacingOccurrences(of: "<[A-Z_]+_[0-9]+>", with: "", options: .regularExpression)
    }

    @Test("nothing traps, and of a find no byte is left: in texts, in JSON and in streams cut anywhere")
    func anything() throws {
        var random = SeededRandom(seed: 20_261_128)
        for _ in 0..<1_000 {
            let text = text(&random)
            let wanted = remainder(of: text)
            #expect(withoutPlaceholders(redacted(text) ?? text) == wanted, "\(text.debugDescription)")

            let body = try JSONValue.object(["content": .string(text)]).canonicalBytes()
            let inBody = try JSONValue(parsing: redacted(body) ?? body)
            #expect(
                withoutPlaceholders(inBody["content"]?.stringValue ?? "") == wanted, "\(text.debugDescription)")

            let stream = try Self.stream(of: text, &random)
            let new = redacted(stream: stream) ?? stream
            let said = String(decoding: new, as: UTF8.self).split(separator: "\n").map { line in
                let event = try? JSONValue(parsing: line.dropFirst(6).utf8)
                return event?["choices"]?.arrayValue?.first?["delta"]?["content"]?.stringValue ?? ""
            }
            #expect(withoutPlaceholders(said.joined()) == wanted, "\(text.debugDescription)")
        }
    }

    private static func stream(of text: String, _ random: inout SeededRandom) throws -> [UInt8] {
        var rest = Array(text.unicodeScalars)
        var stream: [UInt8] = []
        while !rest.isEmpty {
            let piece = rest.prefix(Int.random(in: 1...8, using: &random))
            rest.removeFirst(piece.count)
            let event: JSONValue = [
                "choices": [["index": 0, "delta": ["content": .string(String(String.UnicodeScalarView(piece)))]]]
            ]
            stream += Array("data: ".utf8) + (try event.canonicalBytes()) + Array("\n\n".utf8)
        }
        return stream
    }

    @Test("bytes that are no JSON, no UTF-8 and no stream trap nothing")
    func bytes() throws {
        var random = SeededRandom(seed: 7)
        let parts =
            [
                "{", "}", "[", "]", "\"", "\\", ":", ",", "data: ", "\n", "\r\n", "\\u0039", "\\ud800", "\"index\":0",
                "1e400",
            ]
            + Self.values
        for _ in 0..<1_000 {
            var bytes = (0..<Int.random(in: 0...24, using: &random)).flatMap { _ in
                Array((parts.randomElement(using: &random) ?? "").utf8)
            }
            if !bytes.isEmpty, Bool.random(using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: .min ... .max, using: &random)
            }
            _ = redacted(bytes)
            _ = redacted(stream: bytes)
        }
    }

    // MARK: Size

    @Test("a long name above many values costs what it is long, in a body and in an event", .timeLimit(.minutes(1)))
    func longNames() throws {
        let name = String(repeating: "k", count: 100_000)
        let values = String(repeating: #""x","#, count: 50_000)
        let body = Array(#"{"\#(name)":[\#(values)9876543210],"\#(name)":1}"#.utf8)
        let before = Self.peakMemory
        let new = try #require(redacted(body))
        #expect(String(decoding: new.suffix(130_000), as: UTF8.self).contains(#""<PHONE_1>"]"#))
        let pieces = String(repeating: #"{"content":"98765","delta":1},"#, count: 20_000)
        let event = Array(#"data: {"delta\#(name)":0,"\#(name)":{"delta":[\#(pieces){"content":"43210"}]}}"#.utf8)
        #expect(redacted(stream: event) == nil)
        #expect(Self.peakMemory - before < 512 << 10, "in kB")
    }

    @Test("many values over many pieces are spread in one pass", .timeLimit(.minutes(1)))
    func manyPieces() throws {
        let events = (0..<5_000).map { _ in
            #"data: {"choices":[{"index":0,"delta":{"content":" 98765"}}]}"# + "\n"
                + #"data: {"choices":[{"index":0,"delta":{"content":"43210 "}}]}"# + "\n"
        }
        let new = String(decoding: try #require(redacted(stream: Array(events.joined().utf8))), as: UTF8.self)
        #expect(!new.contains("98765"))
        #expect(new.components(separatedBy: "<PHONE_1>").count == 5_001)
    }

    /// Of this process, in kB.
    private static var peakMemory: Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM") } ?? ""
        return Int(line.filter(\.isNumber)) ?? 0
    }
}
