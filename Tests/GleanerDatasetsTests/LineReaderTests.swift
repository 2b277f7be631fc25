import Crypto
import Foundation
import GleanerCore
import Testing

@testable import GleanerDatasets

@Suite("Line reader")
struct LineReaderTests {
    private func read(_ bytes: [UInt8]) throws -> [[UInt8]] {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("lines-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(bytes).write(to: file)
        #expect(try LineReader.sha256(of: file) == SHA256.hash(data: bytes).hexadecimal)
        let reader = try LineReader(file)
        var lines: [[UInt8]] = []
        while let line = try reader.next() { lines.append(line) }
        #expect(try reader.next() == nil)
        return lines
    }

    @Test(
        "lines end at LF, the last one also without it",
        arguments: [
            ("", []), ("\n", [""]), ("a", ["a"]), ("a\n", ["a"]), ("a\nb", ["a", "b"]), ("a\n\nb\n", ["a", "", "b"]),
            ("a\r\nb\r", ["a\r", "b\r"]), ("a\u{2028}b\u{0B}c\n", ["a\u{2028}b\u{0B}c"]),
        ])
    func lines(_ text: String, _ lines: [String]) throws {
        #expect(try read(Array(text.utf8)) == lines.map { Array($0.utf8) })
    }

    @Test("lines around and beyond the size of a read stay whole", arguments: [-1, 0, 1])
    func long(_ offset: Int) throws {
        let lengths = [(1 << 18) + offset, 3, 3 << 18, 0, (1 << 18) - 1 + offset]
        let lines = lengths.enumerated().map { Array(repeating: UInt8(0x61 + $0), count: $1) }
        #expect(try read(lines.flatMap { $0 + [0x0A] }) == lines)
    }

    @Test("a file that is not there is said to be unreadable")
    func missing() throws {
        let place = FileManager.default.temporaryDirectory.appendingPathComponent("nowhere-\(UUID().uuidString)")
        #expect(throws: DatasetError.fileUnreadable(path: place.path)) { try LineReader(place) }
    }
}
