public import Foundation

/// How long before its exchange something may have been said of it: feedback that came early keeps its id, and an id is a
/// time. Whoever reads what was said of an exchange starts there and passes over the weeks before it.
public enum LongestWait {
    /// Of feedback by a completion id: seven days.
    public static let seconds: TimeInterval = 7 * 86_400
    /// By which clocks that make ids may differ.
    static let skew: TimeInterval = 3600
}

extension ID<Exchange> {
    /// No feedback on this exchange has a lower id.
    public var firstFeedback: UUID {
        .lowest(at: timestamp.addingTimeInterval(-LongestWait.seconds - LongestWait.skew))
    }
    /// Nothing that Gleaner itself says of this exchange has a lower id.
    public var firstRecord: UUID { .lowest(at: timestamp.addingTimeInterval(-LongestWait.skew)) }
}

extension Collection<UUID> {
    /// As PostgreSQL orders them; the highest there is when there are none.
    public var lowest: UUID {
        self.min { ID<Never>($0) < ID<Never>($1) }
            ?? UUID(uuid: (255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255))
    }
}
