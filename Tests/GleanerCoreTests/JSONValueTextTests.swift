import Foundation
import GleanerCore
import Testing

/// What JSON values are read from and written as did not change when Foundation's coders gave way to simdjson.
@Suite("JSON values as text")
struct JSONValueTextTests {
    private func foundation(_ value: JSONValue) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
            .replacing("\u{2028}", with: #"\u2028"#).replacing("\u{2029}", with: #"\u2029"#)
    }

    @Test("every character is written as Foundation writes it")
    func characters() throws {
        for start in stride(from: UInt32(0), to: 0x11000, by: 0x200) {
            let value = JSONValue.array(
                (start..<start + 0x200).compactMap(Unicode.Scalar.init).map { .string(String($0)) })
            #expect(String(decoding: try value.canonicalBytes(), as: UTF8.self) == (try foundation(value)))
        }
    }

    @Test("keys are sorted as Foundation sorts them")
    func keys() throws {
        let parts = ["a", "B", "z", "10", "2", "", "é", "e\u{301}", "ä", "\u{E000}", "\u{FFFD}", "😀", "_", "\0", "क"]
        var members: [String: JSONValue] = [:]
        for first in parts { for second in parts { members[first + second] = .integer(Int64(members.count)) } }
        let value = JSONValue.object(members)
        #expect(String(decoding: try value.canonicalBytes(), as: UTF8.self) == (try foundation(value)))
    }

    @Test("numbers are read and written as Foundation does it")
    func numbers() throws {
        let texts = [
            "5.0", "1e2", "-0", "-0.0", "9223372036854775807", "9223372036854775808", "-9223372036854775809",
            "18446744073709551615", "18446744073709551616", "1e18", "1e19", "123456789012345678901234567890", "1E5",
            "0.1", "1e-7", "5e-324", "1e-400", "1.7976931348623157e308", "123456.789", "1e16", "-2.50",
        ]
        for text in texts {
            let read = try JSONValue(parsing: text.utf8)
            #expect(read == (try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))), "\(text)")
            #expect(String(decoding: try read.canonicalBytes(), as: UTF8.self) == (try foundation(read)), "\(text)")
        }
    }

    @Test("of two members of one name the first counts")
    func twice() throws { #expect(try JSONValue(parsing: #"{"a":1,"\u0061":2}"#.utf8) == ["a": 1]) }

    @Test(
        "what not everybody can read is refused",
        arguments: ["[1,]", "\u{FEFF}{}", #""\ud800""#, "1e400", "{} {}", "[\"\u{1}\"]"])
    func refused(_ text: String) { #expect(throws: (any Error).self) { try JSONValue(parsing: text.utf8) } }

    @Test("512 levels are read, 513 are not")
    func depth() throws {
        func nested(_ levels: Int) -> String {
            String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        }
        let value = try JSONValue(parsing: nested(512).utf8)
        #expect(String(decoding: try value.canonicalBytes(), as: UTF8.self) == nested(512))
        #expect(throws: (any Error).self) { try JSONValue(parsing: nested(513).utf8) }
    }

    @Test("a number that is not finite has no text")
    func infinite() { #expect(throws: (any Error).self) { try JSONValue.number(.infinity).canonicalBytes() } }
}
