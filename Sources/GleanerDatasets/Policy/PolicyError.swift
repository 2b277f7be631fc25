public import GleanerCore

/// A policy document that cannot be used.
public enum PolicyError: Explained, Hashable {
    case notJSON
    case unknown(String)
    case wrongType(String)
    case outOfRange(String, wanted: String)

    public var explanation: Explanation {
        switch self {
        case .notJSON:
            bad(
                "policy_not_json", "The policy cannot be read.", "It is not a JSON object.",
                "Send an object; {} has every default.")
        case .unknown(let member):
            bad(
                "policy_member_unknown", "The policy has an unknown member `\(member.prefix(64))`.",
                "Known are: \(PromotionPolicy.CodingKeys.allCases.map(\.rawValue).joined(separator: ", ")).",
                "Correct or remove it.")
        case .wrongType(let member):
            bad(
                "policy_member_type", "The policy's `\(member)` cannot be used.",
                "It has the wrong type or an unknown value.",
                "See docs/guide/review-and-promote.md for what it may be.")
        case .outOfRange(let member, let wanted):
            bad(
                "policy_member_range", "The policy's `\(member)` cannot be used.", "It should be \(wanted).",
                "Correct it.")
        }
    }

    private func bad(_ code: String, _ what: String, _ why: String, _ fix: String) -> Explanation {
        Explanation(status: 400, code: code, what: what, why: why, fix: fix)
    }
}
