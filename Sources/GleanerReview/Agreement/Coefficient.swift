/// A coefficient of agreement, or why there is none: a number where nothing can be told would be believed.
public enum Coefficient: Sendable, Hashable {
    public enum Reason: String, Sendable, Hashable, Codable {
        /// No item has two ratings.
        case noPairs = "no_pairs"
        /// All ratings are the same, so that chance alone would agree as well.
        case oneValue = "one_value"
        /// Items have different numbers of ratings, and this coefficient needs equal ones.
        case unequalRaters = "unequal_raters"
    }
    case value(Double)
    case undefined(Reason)

    public var value: Double? { if case .value(let value) = self { value } else { nil } }
    public var reason: Reason? { if case .undefined(let reason) = self { reason } else { nil } }
}

/// Chance that repeats itself (SplitMix64): the same reviews give the same interval.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
