import CoreMetrics
import Synchronization

/// A histogram of preallocated buckets: recording is a search among a few integers and two atomic additions.
final class PrometheusHistogram: RecorderHandler, TimerHandler, Sendable {
    static let mostBounds = 23

    /// Ends of buckets in ticks, ascending; one more bucket is for what is above them all.
    private let bounds: [Int64]
    private let ticks: Double
    private let counts = InlineArray<24, Atomic<Int64>> { _ in Atomic(0) }
    private let sum = Atomic<Int64>(0)

    init(bounds: [Double], ticks: Double) {
        precondition(bounds.count <= Self.mostBounds)
        self.bounds = bounds.map { Int64(($0 * ticks).rounded()) }
        self.ticks = ticks
    }

    /// What providers say of themselves is recorded, too: whatever it is, nothing overflows.
    private static let most = 1e15

    private func add(_ value: Int64) {
        var bucket = 0
        while bucket < bounds.count, value > bounds[bucket] { bucket += 1 }
        counts[bucket].wrappingAdd(1, ordering: .relaxed)
        sum.wrappingAdd(value, ordering: .relaxed)
    }

    func record(_ value: Int64) { record(Double(value)) }
    func record(_ value: Double) {
        if value.isFinite { add(Int64(min(max(value * ticks, 0), Self.most).rounded())) }
    }
    func recordNanoseconds(_ duration: Int64) { add(max(0, duration)) }

    /// - Returns: how many are in each bucket, and the sum in the printed unit.
    func buckets() -> (counts: [Int64], sum: Double) {
        ((0...bounds.count).map { counts[$0].load(ordering: .relaxed) }, Double(sum.load(ordering: .relaxed)) / ticks)
    }
}

/// A number that only grows.
final class PrometheusCounter: CounterHandler, Sendable {
    private let count = Atomic<Int64>(0)

    func increment(by amount: Int64) { count.wrappingAdd(amount, ordering: .relaxed) }
    func reset() { count.store(0, ordering: .relaxed) }
    var value: Int64 { count.load(ordering: .relaxed) }
}
