import Foundation
import GleanerServer
import Logging
import Synchronization
import Testing

@Suite("Log lines")
struct LineLogTests {
    private final class Lines: Sendable {
        private let lines = Mutex<[String]>([])
        func add(_ line: String) { lines.withLock { $0.append(line) } }
        var all: [String] { lines.withLock { $0 } }
    }

    private func logger(_ format: LogFormat, _ lines: Lines, level: Logger.Level = .info) -> Logger {
        Logger(label: "test") { _ in LineLog(format: format, level: level, write: lines.add) }
    }

    @Test("a line names its level, its message and its values, in order of their names")
    func text() throws {
        let lines = Lines()
        var logger = logger(.text, lines)
        logger[metadataKey: "request.id"] = "7"
        logger.warning("ingest waits", metadata: ["error": "connection lost", "attempts": "2"])
        let line = try #require(lines.all.first)
        #expect(line.hasSuffix(#" warning ingest waits attempts=2 error="connection lost" request.id=7"# + "\n"))
    }

    @Test("below the level nothing is written")
    func level() {
        let lines = Lines()
        logger(.text, lines, level: .notice).info("quiet")
        #expect(lines.all.isEmpty)
    }

    @Test(
        "whatever a value holds, it is one line and steers no terminal",
        arguments: ["a\r\nb", "\u{1B}[31mred", "a\u{2028}b", "\u{202E}gnp.exe", "tab\there", "\u{9B}0m", "quote\" \\"],
        LogFormat.allCases)
    func hostile(_ value: String, _ format: LogFormat) throws {
        let lines = Lines()
        logger(format, lines).info("said", metadata: ["text": "\(value)", "\(value)": "key"])
        let line = try #require(lines.all.first)
        #expect(line.unicodeScalars.filter { $0 == "\n" }.count == 1 && line.hasSuffix("\n"))
        let controls = line.unicodeScalars.dropLast().filter {
            $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) || (0x2028...0x202E).contains($0.value)
        }
        #expect(controls.isEmpty)
        guard format == .json else { return }
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        #expect((object?["fields"] as? [String: String])?["text"] == value)
        #expect(object?["message"] as? String == "said")
    }

    @Test("a long value is cut")
    func long() throws {
        let lines = Lines()
        logger(.json, lines).error("said", metadata: ["text": "\(String(repeating: "x", count: 1 << 20))"])
        #expect(try #require(lines.all.first).utf8.count < 2048)
    }
}
