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
