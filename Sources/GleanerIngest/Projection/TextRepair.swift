import GleanerCore

/// `\ud800`…`\udfff` escapes that are not half of a pair: legal in a delta, refused by Foundation and by jsonb.
enum LoneSurrogates {
    /// The same JSON text with each lone surrogate escape replaced by `\ufffd`.
    static func replaced(in bytes: [UInt8]) -> [UInt8] {
        var result = bytes
        var i = 0
        while i + 5 < bytes.count {
            guard bytes[i] == UInt8(ascii: "\\") else {
                i += 1
                continue
            }
            guard bytes[i + 1] == UInt8(ascii: "u"), let unit = unit(bytes, at: i) else {
                i += 2
                continue
            }
            if (0xD800..<0xDC00).contains(unit), let next = self.unit(bytes, at: i + 6),
                (0xDC00..<0xE000).contains(next)
            {
                i += 12
                continue
            }
            if (0xD800..<0xE000).contains(unit) {
                result.replaceSubrange(i + 2..<i + 6, with: Array("fffd".utf8))
            }
            i += 6
        }
        return result
    }

    private static func unit(_ bytes: [UInt8], at i: Int) -> UInt16? {
        guard i + 5 < bytes.count, bytes[i] == UInt8(ascii: "\\"), bytes[i + 1] == UInt8(ascii: "u") else { return nil }
        return UInt16(String(decoding: bytes[i + 2..<i + 6], as: UTF8.self), radix: 16)
    }
}

extension JSONValue {
    /// The same document with U+0000 replaced by U+FFFD everywhere, which Postgres cannot hold in text or jsonb.
    /// `repaired` is set when there was one.
    func withoutNUL(_ repaired: inout Bool) -> JSONValue {
        switch self {
        case .string(let text): .string(text.withoutNUL(&repaired))
        case .array(let elements): .array(elements.map { $0.withoutNUL(&repaired) })
        case .object(let members):
            .object(
                Dictionary(
                    members.map { ($0.key.withoutNUL(&repaired), $0.value.withoutNUL(&repaired)) },
                    uniquingKeysWith: { first, _ in first }))
        default: self
        }
    }
}

extension String {
    func withoutNUL(_ repaired: inout Bool) -> String {
        guard utf8.contains(0) else { return self }
        repaired = true
        return String(String.UnicodeScalarView(unicodeScalars.map { $0 == "\0" ? "\u{FFFD}" : $0 }))
    }

    /// For columns that are indexed or shown in lists: no control characters, at most `limit` characters.
    func asLabel(limit: Int = 256) -> String {
        var view = String.UnicodeScalarView()
        for scalar in unicodeScalars.prefix(limit) {
            view.append(scalar.value < 0x20 || scalar.value == 0x7F ? "\u{FFFD}" : scalar)
        }
        return String(view)
    }
}
