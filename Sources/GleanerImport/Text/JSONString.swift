/// The text that a JSON string stands for.
enum JSONString {
    /// - Parameter literal: with its quotes, its syntax checked already.
    static func decoded(_ literal: ArraySlice<UInt8>) throws(JSONTextError) -> String {
        String(decoding: try bytes(literal), as: UTF8.self)
    }

    /// As UTF-8.
    static func bytes(_ literal: ArraySlice<UInt8>) throws(JSONTextError) -> [UInt8] {
        let inner = literal.dropFirst().dropLast()
        guard inner.contains(UInt8(ascii: "\\")) else { return Array(inner) }
        var result: [UInt8] = []
        result.reserveCapacity(inner.count)
        var position = inner.startIndex
        while position < inner.endIndex {
            let byte = inner[position]
            position += 1
            guard byte == UInt8(ascii: "\\") else {
                result.append(byte)
                continue
            }
            let kind = inner[position]
            position += 1
            switch kind {
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0C)
            case UInt8(ascii: "n"): result.append(0x0A)
            case UInt8(ascii: "r"): result.append(0x0D)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "u"): result += try scalar(inner, &position).utf8
            default: result.append(kind)
            }
        }
        return result
    }

    private static func scalar(
        _ bytes: ArraySlice<UInt8>, _ position: inout Int
    ) throws(JSONTextError) -> String {
        let first = unit(bytes, &position)
        var value = UInt32(first)
        if (0xD800..<0xDC00).contains(first), bytes[position...].starts(with: #"\u"#.utf8) {
            position += 2
            let second = unit(bytes, &position)
            guard (0xDC00..<0xE000).contains(second) else { throw .loneSurrogate }
            value = 0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(value) else { throw .loneSurrogate }
        return String(Character(scalar))
    }

    private static func unit(_ bytes: ArraySlice<UInt8>, _ position: inout Int) -> UInt16 {
        defer { position += 4 }
        return UInt16(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16) ?? 0xD800
    }

    /// A JSON string that stands for `text`, ASCII escapes only where JSON asks for them.
    static func literal(_ text: some Collection<UInt8>) -> [UInt8] {
        var result: [UInt8] = [UInt8(ascii: "\"")]
        result.reserveCapacity(text.count + 2)
        for byte in text {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): result += [UInt8(ascii: "\\"), byte]
            case 0x0A: result += #"\n"#.utf8
            case 0x0D: result += #"\r"#.utf8
            case 0x09: result += #"\t"#.utf8
            case ..<0x20:
                let digits = String(byte, radix: 16)
                result += (#"\u"# + String(repeating: "0", count: 4 - digits.count) + digits).utf8
            default: result.append(byte)
            }
        }
        return result + [UInt8(ascii: "\"")]
    }
}
