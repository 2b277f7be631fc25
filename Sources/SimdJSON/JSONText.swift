internal import Glibc

/// An unescaped string in a document; lives as long as its `JSONDocument`.
///
/// UTF-8, except that lone surrogates, where the rules keep them, are three bytes each (`WTF8`).
@safe public struct JSONText {
    let raw: UnsafeRawBufferPointer

    init(_ raw: UnsafeRawBufferPointer) { unsafe self.raw = raw }

    public var count: Int { unsafe raw.count }
    public var isEmpty: Bool { count == 0 }
    public var bytes: [UInt8] { unsafe Array(raw) }
    /// Lone surrogates become U+FFFD.
    public var string: String {
        let text = unsafe raw.assumingMemoryBound(to: UInt8.self)
        guard let valid = unsafe try? UTF8Span(validating: text.span) else {
            return String(decoding: WTF8.repaired(bytes), as: UTF8.self)
        }
        return String(copying: valid)
    }
    /// Whether there is a byte below 0x20, or 0x7F.
    public var hasControlCharacters: Bool { unsafe raw.contains { $0 < 0x20 || $0 == 0x7F } }
    public var hasNUL: Bool { unsafe raw.contains(0) }

    public func append(to bytes: inout [UInt8]) { unsafe bytes.append(contentsOf: raw) }
    /// The first `limit` bytes, which may end inside a character.
    public func append(to bytes: inout [UInt8], atMost limit: Int) {
        unsafe bytes.append(contentsOf: raw.prefix(limit))
    }

    public static func == (text: JSONText, name: StaticString) -> Bool {
        unsafe text.count == name.utf8CodeUnitCount && memcmp(text.raw.baseAddress!, name.utf8Start, text.count) == 0
    }
    public static func == (text: JSONText, bytes: [UInt8]) -> Bool {
        guard text.count == bytes.count, !text.isEmpty else { return text.count == bytes.count }
        return unsafe bytes.withUnsafeBytes { unsafe memcmp(text.raw.baseAddress!, $0.baseAddress!, text.count) == 0 }
    }
    public static func == (left: JSONText, right: JSONText) -> Bool {
        unsafe left.count == right.count && memcmp(left.raw.baseAddress!, right.raw.baseAddress!, left.count) == 0
    }
}
