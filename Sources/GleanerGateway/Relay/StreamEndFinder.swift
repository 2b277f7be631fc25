import NIOCore

/// Finds the line that begins the end of a stream, wherever the pieces are cut.
///
/// One space after the field's colon is allowed, as the format has it; in the JSON of an event any number anywhere. Only
/// the beginning of each line is looked at; the rest is skipped to its end.
struct StreamEndFinder {
    private let patterns: [[UInt8]]
    private let allowsSpaces: Bool
    private(set) var found = false
    /// The patterns that still fit this line, a bit each; 0 when none does.
    private var fitting: UInt32
    /// Bytes of this line that were compared, and all bytes of it so far, spaces included.
    private var compared = 0
    private var lineLength = 0

    init(_ end: StreamEnd) {
        switch end {
        case .done:
            patterns = [Array("data:[DONE]".utf8)]
            allowsSpaces = false
        case .events(let types):
            allowsSpaces = true
            patterns = types.flatMap { type in
                // The name must end where the line or the string does: `error` is not `error_report`.
                [Array("event:\(type)\n".utf8), Array(#"data:{"type":"\#(type)""#.utf8)]
            }
        }
        fitting = Self.all(patterns)
    }

    /// Reads the bytes from offset `from` on.
    /// - Returns: how many bytes at the end of `bytes` belong to the end, or may turn out to.
    mutating func scan(_ bytes: ByteBuffer, from: Int) -> Int {
        if found { return bytes.readableBytes }
        return bytes.withUnsafeReadableBytes { view in
            var i = from
            while i < view.count {
                if fitting == 0 {
                    guard let end = view[i...].firstIndex(where: { $0 == 0x0A || $0 == 0x0D }) else { return 0 }
                    i = end + 1
                    startLine()
                    continue
                }
                let byte = view[i]
                i += 1
                lineLength += 1
                if take(byte == 0x0D ? 0x0A : byte) { return view.count - (i - lineLength) }
            }
            return fitting == 0 ? 0 : lineLength
        }
    }

    /// - Returns: `true` when the line has been recognised.
    private mutating func take(_ byte: UInt8) -> Bool {
        // `data:` has five bytes; the space after them is the sixth of its line.
        if byte == 0x20, allowsSpaces || (compared == 5 && lineLength == 6) { return false }
        for (index, pattern) in patterns.enumerated() where fitting & (1 << index) != 0 {
            if pattern[compared] != byte {
                fitting &= ~(1 << index)
            } else if pattern.count == compared + 1 {
                found = true
                return true
            }
        }
        compared += 1
        if byte == 0x0A { startLine() }
        return false
    }

    private mutating func startLine() {
        fitting = Self.all(patterns)
        compared = 0
        lineLength = 0
    }

    private static func all(_ patterns: [[UInt8]]) -> UInt32 { (1 << UInt32(patterns.count)) - 1 }
}
