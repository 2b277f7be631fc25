/// The escapes of JSON strings.
enum JSONString {
    /// Halves of surrogate pairs become U+FFFD.
    static func unescaped(_ bytes: ArraySlice<UInt8>) -> String {
        var units: [UInt8] = []
        units.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            guard bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.endIndex else {
                units.append(bytes[index])
                index += 1
                continue
            }
            switch bytes[index + 1] {
            case UInt8(ascii: "n"): units.append(0x0A)
            case UInt8(ascii: "t"): units.append(0x09)
            case UInt8(ascii: "r"): units.append(0x0D)
            case UInt8(ascii: "b"): units.append(0x08)
            case UInt8(ascii: "f"): units.append(0x0C)
            case UInt8(ascii: "u"):
                let (scalar, length) = scalar(bytes, at: index)
                units += Array(String(scalar).utf8)
                index += length
                continue
            case let other: units.append(other)
            }
            index += 2
        }
        return String(decoding: units, as: UTF8.self)
    }

    /// The character of `\uXXXX`, or of two of them that are a pair.
    private static func scalar(_ bytes: ArraySlice<UInt8>, at index: Int) -> (Unicode.Scalar, length: Int) {
        func unit(_ index: Int) -> UInt32? {
            guard index + 6 <= bytes.endIndex, bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u")
            else { return nil }
            return UInt32(String(decoding: bytes[(index + 2)..<(index + 6)], as: UTF8.self), radix: 16)
        }
        guard let first = unit(index) else { return ("\u{FFFD}", 2) }
        if let scalar = Unicode.Scalar(first) { return (scalar, 6) }
        guard (0xD800..<0xDC00).contains(first), let second = unit(index + 6), (0xDC00..<0xE000).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { return ("\u{FFFD}", 6) }
        return (scalar, 12)
    }
}
