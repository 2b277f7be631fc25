/// How much of the memory limit is in use, in the steps in which load is shed.
public enum MemoryLevel: Int, Sendable, Hashable, Comparable, CaseIterable {
    case normal
    /// From 80 %: bodies over 1 MiB are refused.
    case tight
    /// From 90 %: new exchanges are refused.
    case high
    /// From 95 %: idle connections are closed, too.
    case critical

    public init(used: Int, limit: Int) {
        let percent = limit > 0 ? Double(used) / Double(limit) * 100 : 0
        self = percent >= 95 ? .critical : percent >= 90 ? .high : percent >= 80 ? .tight : .normal
    }

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
