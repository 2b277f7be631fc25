/// What a bounded difference says about a limit, at any time.
public enum NonInferiority: String, Sendable, Hashable, Codable {
    /// Certainly within the margin.
    case shown
    /// Certainly beyond it.
    case violated
    /// Not known yet.
    case open

    /// - Parameters:
    ///   - harm: bounds on how much worse the candidate is; below 0 where it is better. Each holds by itself.
    ///   - margin: how much worse it may be, 0 or more.
    public init(harm: (low: Double, high: Double), margin: Double) {
        self = harm.high < margin ? .shown : harm.low > margin ? .violated : .open
    }
}
