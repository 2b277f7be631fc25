/// Integers as Postgres writes them: most significant byte first.
extension [UInt8] {
    mutating func append<Integer: FixedWidthInteger>(bigEndian value: Integer) {
        for shift in stride(from: Integer.bitWidth - 8, through: 0, by: -8) {
            append(UInt8(truncatingIfNeeded: value >> Integer(shift)))
        }
    }

    mutating func overwrite(at position: Int, bigEndian value: Int32) {
        for byte in 0..<4 { self[position + byte] = UInt8(truncatingIfNeeded: value >> Int32(24 - 8 * byte)) }
    }
}

extension Span<UInt8> {
    /// The integer made of all bytes of the span, `nil` when their number does not fit the type.
    func bigEndian<Integer: FixedWidthInteger>(as type: Integer.Type = Integer.self) -> Integer? {
        count == Integer.bitWidth / 8 ? bigEndian(at: 0, as: type) : nil
    }

    /// The integer that begins at byte `position`, `nil` when the span ends before it does.
    func bigEndian<Integer: FixedWidthInteger>(at position: Int, as type: Integer.Type = Integer.self) -> Integer? {
        let width = Integer.bitWidth / 8
        guard position >= 0, position + width <= count else { return nil }
        var value: Integer = 0
        for byte in 0..<width { value = value << 8 | Integer(truncatingIfNeeded: self[position + byte]) }
        return value
    }
}
