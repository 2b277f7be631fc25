/// UTF-8 that may also hold surrogates, three bytes each (ED A0…BF 80…BF), as <https://wtf-8.codeberg.page> has it.
///
/// A text that was cut inside a character outside the Basic Multilingual Plane is two such halves; put side by side
/// again they are the character.
public enum WTF8 {
    /// The same text as UTF-8: halves that meet become their character, others U+FFFD.
    public static func repaired(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.contains(0xED) else { return bytes }
        return unsafe bytes.withUnsafeBytes { bytes in
            var result: [UInt8] = []
            result.reserveCapacity(bytes.count)
            var i = 0
            while i < bytes.count {
                if let scalar = unsafe pair(in: bytes, at: i) {
                    result.append(contentsOf: Unicode.UTF8.encode(scalar)!)
                    i += 6
                } else if unsafe surrogate(in: bytes, at: i) != nil {
                    result.append(contentsOf: [0xEF, 0xBF, 0xBD])
                    i += 3
                } else {
                    unsafe result.append(bytes[i])
                    i += 1
                }
            }
            return result
        }
    }

    /// The character whose two halves begin at `i`.
    static func pair(in bytes: UnsafeRawBufferPointer, at i: Int) -> Unicode.Scalar? {
        guard let high = unsafe surrogate(in: bytes, at: i), high < 0xDC00,
            let low = unsafe surrogate(in: bytes, at: i + 3), low >= 0xDC00
        else { return nil }
        return Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
    }

    static func surrogate(in bytes: UnsafeRawBufferPointer, at i: Int) -> UInt32? {
        guard i + 2 < bytes.count, unsafe bytes[i] == 0xED, unsafe bytes[i + 1] >= 0xA0 else { return nil }
        return unsafe 0xD000 | UInt32(bytes[i + 1] & 0x3F) << 6 | UInt32(bytes[i + 2] & 0x3F)
    }
}
