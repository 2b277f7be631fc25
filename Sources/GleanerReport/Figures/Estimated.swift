import GleanerCore

/// A number of a report, and where it lies with 95 % confidence when it stands for more than was seen.
public struct Estimated: Sendable, Hashable {
    /// `nil` where there is not enough to tell.
    public let value: Double?
    /// Both `nil` for what was counted, and where the interval cannot be told.
    public let low: Double?
    public let high: Double?
    /// How many exchanges, thumbs or reviews stand behind it.
    public let count: Int

    public init(value: Double?, low: Double? = nil, high: Double? = nil, count: Int) {
        self.value = value
        self.low = low
        self.high = high
        self.count = count
    }

    /// Wilson's interval.
    static func share(_ events: Int, of count: Int) -> Estimated {
        let events = min(events, count)
        guard let interval = WilsonInterval(events, of: count) else { return Estimated(value: nil, count: count) }
        return Estimated(
            value: Double(events) / Double(count), low: interval.low, high: interval.high, count: count)
    }

    static func counted(_ value: Double, count: Int) -> Estimated { Estimated(value: value, count: count) }
}
