import Foundation
import GleanerCore
import Glibc
public import Logging
import Synchronization

/// How log lines look.
public enum LogFormat: String, Sendable, Hashable, CaseIterable {
    /// `2026-11-25T14:00:00.123Z warning ingest waits for postgres error=…`: for people.
    case text
    /// One JSON object a line: for what collects them.
    case json
}

/// Writes each message as one line to standard error, whatever its values hold: control characters and what else could
/// begin a line or steer a terminal is escaped, and long values are cut.
///
/// Nothing is formatted before a line is really written: every request has a logger of its own, and most log nothing.
public struct LineLog: LogHandler {
    public var logLevel: Logger.Level
    public var metadata: Logger.Metadata = [:]
    private let format: LogFormat
    private let write: @Sendable (String) -> Void

    /// Bytes of one value.
    static let longest = 1024

    public init(
        format: LogFormat, level: Logger.Level, write: @escaping @Sendable (String) -> Void = StandardError.write
    ) {
        self.format = format
        logLevel = level
        self.write = write
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        var fields = metadata
        if let more = event.metadata { fields.merge(more) { $1 } }
        let ordered = fields.map { ($0.key, Self.cut("\($0.value)")) }.sorted { $0.0 < $1.0 }
        let time = Date().formatted(.iso8601.time(includingFractionalSeconds: true))
        write(
            format == .json
                ? Self.json(time, event.level, "\(event.message)", ordered)
                : Self.text(time, event.level, "\(event.message)", ordered))
    }

    private static func text(
        _ time: String, _ level: Logger.Level, _ message: String, _ fields: [(String, String)]
    ) -> String {
        var line = "\(time) \(level) \(escaped(message))"
        for (name, value) in fields {
            let isPlain = !value.isEmpty && !value.contains { $0 == " " || $0 == "\"" || $0 == "=" }
            line += " \(escaped(name))=" + (isPlain ? escaped(value) : "\"\(escaped(value, quotes: true))\"")
        }
        return line + "\n"
    }

    private static func json(
        _ time: String, _ level: Logger.Level, _ message: String, _ fields: [(String, String)]
    ) -> String {
        let said = JSONValue.object([
            "time": .string(time), "level": .string(level.rawValue), "message": .string(message),
            "fields": .object(Dictionary(fields.map { ($0.0, JSONValue.string($0.1)) }) { $1 }),
        ])
        let bytes = (try? said.canonicalBytes()) ?? []
        return escaped(String(decoding: bytes, as: UTF8.self)) + "\n"
    }

    private static func cut(_ value: String) -> String {
        guard value.utf8.count > longest else { return value }
        return String(decoding: value.utf8.prefix(longest), as: UTF8.self) + "…"
    }

    /// Controls, line separators, and what turns the direction of text, as `\u{…}`; JSON has escaped its own.
    private static func escaped(_ text: String, quotes: Bool = false) -> String {
        guard text.unicodeScalars.contains(where: { isHarmful($0) || (quotes && ($0 == "\"" || $0 == "\\")) }) else {
            return text
        }
        var safe = ""
        for scalar in text.unicodeScalars {
            if quotes, scalar == "\"" || scalar == "\\" {
                safe += "\\" + String(scalar)
            } else if isHarmful(scalar) {
                let digits = String(scalar.value, radix: 16)
                safe += "\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
            } else {
                safe.unicodeScalars.append(scalar)
            }
        }
        return safe
    }

    private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069, 0xFEFF: true
        default: false
        }
    }

}

/// Standard error, which may be a pipe that nobody empties: a line that would have to wait is dropped and counted, since
/// no request waits for its log.
public enum StandardError {
    private static let dropped = Mutex(0)
    /// A pipe that says it can be written takes so much without waiting (`PIPE_BUF`).
    private static let longest = 4096

    public static let write: @Sendable (String) -> Void = { line in
        var state = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
        guard poll(&state, 1, 0) == 1 else { return dropped.withLock { $0 += 1 } }
        let missing = dropped.withLock { count in
            defer { count = 0 }
            return count
        }
        var line = line
        if missing > 0 { line = "(\(missing) lines were dropped here)\n" + line }
        // One call to the kernel, so that lines of several threads do not mix.
        line.withUTF8 { bytes in
            if bytes.count <= longest {
                _ = Glibc.write(STDERR_FILENO, bytes.baseAddress, bytes.count)
            } else {
                var cut = Array(bytes.prefix(longest - 1)) + [0x0A]
                _ = Glibc.write(STDERR_FILENO, &cut, cut.count)
            }
        }
    }
}
