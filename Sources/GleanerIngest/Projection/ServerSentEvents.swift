import Foundation

/// Events of a `text/event-stream` body, found on bytes: a Swift `Character` may swallow CR LF as one.
///
/// Source: WHATWG HTML §9.2.6, with one difference: a last event without its blank line is delivered too, and `read`
/// then returns `false`.
struct ServerSentEvents {
    private let body: [UInt8]
    private var nextLF = -1
    private var nextCR = -1
    private var at = 0

    /// Calls `take` with the data of each event, its `data` lines joined by LF; nothing is copied while there is one.
    /// - Returns: whether the last event came with its blank line.
    static func read(_ body: [UInt8], _ take: (RawSpan) -> Void) -> Bool {
        var events = ServerSentEvents(body)
        return events.read(take)
    }

    private init(_ body: [UInt8]) {
        self.body = body
        if body.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
    }

    private mutating func read(_ take: (RawSpan) -> Void) -> Bool {
        var single: Range<Int>?
        var joined: [UInt8]?
        func deliver() {
            if let joined { take(joined.span.bytes) } else if let single { take(body.span.bytes.extracting(single)) }
        }
        while at < body.count {
            let line = nextLine()
            if line.isEmpty {
                deliver()
                single = nil
                joined = nil
            } else if let value = dataValue(of: line) {
                if let first = single {
                    joined = (joined ?? Array(body[first])) + [0x0A] + body[value]
                } else {
                    single = value
                }
            }
        }
        deliver()
        return single == nil
    }

    /// The line that begins at `at`, without its end; `at` moves past it.
    private mutating func nextLine() -> Range<Int> {
        // Each of the two is looked for once, so that a body with only one of them is read in one pass.
        if nextLF < at { nextLF = find(0x0A) }
        if nextCR < at { nextCR = find(0x0D) }
        let line = at..<min(nextLF, nextCR)
        at = min(line.upperBound + (nextCR + 1 == nextLF ? 2 : 1), body.count)
        return line
    }

    private func find(_ byte: UInt8) -> Int {
        body.withUnsafeBytes { bytes in
            guard at < bytes.count, let found = memchr(bytes.baseAddress! + at, Int32(byte), bytes.count - at) else {
                return bytes.count
            }
            return UnsafeRawPointer(found) - bytes.baseAddress!
        }
    }

    /// What follows `data:` and one optional space; `nil` for comments and other fields.
    private func dataValue(of line: Range<Int>) -> Range<Int>? {
        guard body[line].starts(with: Self.name) else { return nil }
        var start = line.lowerBound + Self.name.count
        if start == line.upperBound { return start..<start }
        guard body[start] == UInt8(ascii: ":") else { return nil }
        start += 1
        if start < line.upperBound, body[start] == UInt8(ascii: " ") { start += 1 }
        return start..<line.upperBound
    }
    private static let name = Array("data".utf8)
}
