public import Foundation
import Synchronization

/// Mints UUIDs of version 7: 48 bits of milliseconds, 12 bits of shard, 62 random bits.
///
/// Time never runs backwards here: when the wall clock does, the last timestamp is held until the clock has caught up.
public final class UUIDv7: Sendable {
    public static let shared = UUIDv7()

    private let last = Mutex<UInt64>(0)
    private let now: @Sendable () -> Date

    public init(now: @escaping @Sendable () -> Date = { Date() }) { self.now = now }

    public func make(shard: Shard) -> UUID {
        let wall = UInt64(max(0, now().timeIntervalSince1970 * 1000))
        let time = last.withLock { last in
            last = max(last, wall)
            return last
        }
        let random = UInt64.random(in: 0...UInt64.max)
        func byte(_ value: UInt64, _ shift: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: value >> shift) }
        return UUID(
            uuid: (
                byte(time, 40), byte(time, 32), byte(time, 24), byte(time, 16), byte(time, 8), byte(time, 0),
                0x70 | UInt8(truncatingIfNeeded: shard.value >> 8), UInt8(truncatingIfNeeded: shard.value),
                0x80 | (byte(random, 56) & 0x3F), byte(random, 48), byte(random, 40), byte(random, 32),
                byte(random, 24), byte(random, 16), byte(random, 8), byte(random, 0)
            ))
    }
}

extension UUID {
    /// The lowest UUIDv7 of this millisecond: a range of ids is a range of time.
    public static func lowest(at time: Date) -> UUID {
        let milliseconds = UInt64(max(0, min(time.timeIntervalSince1970 * 1000, Double(1 << 47))))
        func byte(_ shift: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: milliseconds >> shift) }
        return UUID(uuid: (byte(40), byte(32), byte(24), byte(16), byte(8), byte(0), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
    }
}
