import Foundation

extension UUID {
    /// The lowest UUIDv7 of this millisecond: a range of ids is a range of time.
    static func lowest(at time: Date) -> UUID {
        let milliseconds = UInt64(max(0, min(time.timeIntervalSince1970 * 1000, Double(1 << 47))))
        func byte(_ shift: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: milliseconds >> shift) }
        return UUID(uuid: (byte(40), byte(32), byte(24), byte(16), byte(8), byte(0), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
    }
}
