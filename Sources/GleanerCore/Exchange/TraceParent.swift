/// Where a call stands in its caller's trace, as the header `traceparent` says (W3C Trace Context, level 1).
public struct TraceParent: Sendable, Hashable, LosslessStringConvertible {
    /// 16 bytes.
    public let traceID: [UInt8]
    /// Of the caller's span; 8 bytes.
    public let spanID: [UInt8]
    public let isSampled: Bool

    /// - Returns: `nil` for what the standard calls invalid; such a header counts as none.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 55, bytes[2] == 0x2D, bytes[35] == 0x2D, bytes[52] == 0x2D,
            let version = Self.bytes(bytes[0..<2]), version != [0xFF], version != [0] || bytes.count == 55,
            bytes.count == 55 || bytes[55] == 0x2D, let trace = Self.bytes(bytes[3..<35]),
            let span = Self.bytes(bytes[36..<52]), let flags = Self.bytes(bytes[53..<55]),
            trace.contains(where: { $0 != 0 }), span.contains(where: { $0 != 0 })
        else { return nil }
        traceID = trace
        spanID = span
        isSampled = flags[0] & 1 == 1
    }

    /// In version 00.
    public var description: String {
        "00-\(traceID.hexadecimal)-\(spanID.hexadecimal)-\(isSampled ? "01" : "00")"
    }

    /// Lower case only, as the standard wants it.
    private static func bytes(_ digits: ArraySlice<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        var high: UInt8?
        for digit in digits {
            let value: UInt8
            switch digit {
            case 0x30...0x39: value = digit - 0x30
            case 0x61...0x66: value = digit - 0x61 + 10
            default: return nil
            }
            if let first = high {
                bytes.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return bytes
    }
}
