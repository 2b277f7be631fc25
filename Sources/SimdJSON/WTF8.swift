/// UTF-8 that may also hold surrogates, three bytes each (ED A0…BF 80…BF), as <https://wtf-8.codeberg.page> has it.
///
/// A text that was cut inside a character outside the Basic Multilingual Plane is two such halves; put side by side
/// again they are the character.
public enum WTF8 {
    /// The same text as UTF-8: halves that meet become their character, others U+FFFD.
    public static func repaired(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.contains(0xED) else { return bytes }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var i = 0
        while i < bytes.count {
            guard let unit = surrogate(in: bytes, at: i) else {
                result.append(bytes[i])
                i += 1
                continue
            }
            i += 3
            if unit < 0xDC00, let low = surrogate(in: bytes, at: i), low >= 0xDC00 {
                let scalar = 0x10000 + (UInt32(unit - 0xD800) << 10) + UInt32(low - 0xDC00)
                result.append(contentsOf: Unicode.Scalar(scalar)!.utf8)
                i += 3
            } else {
                result.append(contentsOf: [0xEF, 0xBF, 0xBD])
            }
        }
        return result
    }

    private static func surrogate(in bytes: [UInt8], at i: Int) -> UInt16? {
        guard i + 2 < bytes.count, bytes[i] == 0xED, bytes[i + 1] >= 0xA0 else { return nil }
        return 0xD000 | UInt16(bytes[i + 1] & 0x3F) << 6 | UInt16(bytes[i + 2] & 0x3F)
    }
}

extension Unicode.Scalar {
    fileprivate var utf8: Unicode.UTF8.EncodedScalar { Unicode.UTF8.encode(self)! }
}
