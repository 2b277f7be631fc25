import Foundation
import GleanerCore
import Testing

@testable import GleanerDatasets

@Suite("Lineage text and COPY")
struct LineageTextTests {
    private func line(_ text: String) -> String {
        var out: [UInt8] = []
        Array(text.utf8).withUnsafeBytes {
            LineageText.append($0, file: "train.jsonl", line: 3, example: 5, to: &out)
        }
        return String(decoding: out, as: UTF8.self)
    }

    @Test("only spaces between members go, whatever the text between quotation marks says")
    func spaces() throws {
        let head = #"{"example":5,"file":"train.jsonl","line":3"#
        #expect(line("{}") == head + "}")
        #expect(
            line(#"{"a": [1, {"b": null}], "c d": "e: \"f, g\\"}"#) == head
                + #","a":[1,{"b":null}],"c d":"e: \"f, g\\"}"#)
        #expect(line("{\"a\": \"x\u{2028}y\u{2029}z €\"}") == head + #","a":"x\u2028y\u2029z €"}"#)
    }

    @Test("rows of a binary COPY are read wherever its pieces end")
    func copy() throws {
        let head = Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        func row(_ line: UInt8, _ text: String, _ tokens: UInt8?) -> [UInt8] {
            [0, 3, 0, 0, 0, 4, 0, 0, 0, line, 0, 0, 0, UInt8(text.utf8.count)] + Array(text.utf8)
                + (tokens.map { [0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, $0] } ?? [0xFF, 0xFF, 0xFF, 0xFF])
        }
        var reader = CopyReader()
        var seen: [String] = []
        for piece in [head + row(1, "ek", 7), row(2, "", nil) + row(3, "teen", 9), [0xFF, 0xFF]] {
            try reader.read(piece) { line, content, tokens in
                seen.append("\(line) \(String(decoding: content, as: UTF8.self)) \(tokens ?? -1)")
            }
        }
        #expect(seen == ["1 ek 7", "2  -1", "3 teen 9"])
        for broken in [Array("PGCOPX\n".utf8), head + [0, 2], head + [0, 3, 0, 0, 0, 9, 1]] {
            var reader = CopyReader()
            #expect(throws: CopyReader.Malformed.self) { try reader.read(broken) { _, _, _ in } }
        }
    }

    @Test("gaps are runs, and are passed over in order")
    func gaps() {
        var tally = SplitTally(split: "train")
        for line: Int32 in [2, 3, 4, 8, 10, 11] { tally.leaveOut(line, .tools) }
        #expect(tally.gaps == [[2, 4], [8, 8], [10, 11]])
        var reader = GapReader(tally.gaps)
        #expect((1...12).filter { !reader.covers(Int32($0)) } == [1, 5, 6, 7, 9, 12])
    }
}
