/// What is kept of the units of one arm.
public struct Moments: Sendable, Hashable {
    public var count: Int
    public var sum: Double
    public var squares: Double

    public init(count: Int = 0, sum: Double = 0, squares: Double = 0) {
        self.count = count
        self.sum = sum
        self.squares = squares
    }

    public mutating func add(_ value: Double) {
        count += 1
        sum += value
        squares += value * value
    }

    public var mean: Double? { count > 0 ? sum / Double(count) : nil }

    /// Of one unit. For shares one unit at 0 and one at 1 are added in mind: without an event the variance would be 0, and
    /// an interval of no width would claim what nobody knows.
    func variance(isShare: Bool) -> Double {
        let (n, total, squared) =
            isShare ? (Double(count + 2), sum + 1, squares + 1) : (Double(count), sum, squares)
        guard n > 1 else { return 0 }
        let mean = total / n
        return max(0, (squared - n * mean * mean) / (n - 1))
    }
}
