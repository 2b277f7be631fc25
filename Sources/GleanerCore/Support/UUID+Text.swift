public import Foundation

extension UUID {
    /// As everything of ours writes one. Foundation's `uuidString` is upper case, and printed by the C library.
    public var lowercased: String {
        String(unsafeUninitializedCapacity: 36) { text in
            withUnsafeBytes(of: uuid) { bytes in
                var end = 0
                for (place, byte) in bytes.enumerated() {
                    if [4, 6, 8, 10].contains(place) {
                        text[end] = UInt8(ascii: "-")
                        end += 1
                    }
                    text[end] = (byte >> 4).hexadecimalDigit
                    text[end + 1] = (byte & 15).hexadecimalDigit
                    end += 2
                }
            }
            return 36
        }
    }
}
