public import GleanerCore

/// A policy document that cannot be used.
public enum ModerationPolicyError: Explained, Hashable {
    case notJSON
    case unknownMember(String, known: [String])
    case wrong(String, wanted: String)

    public var explanation: Explanation {
        switch self {
        case .notJSON:
            bad(
                "moderation_policy_not_json", "The moderation policy cannot be read.", "It is not a JSON document.",
                "Send an object; {} has every default.")
        case .unknownMember(let member, let known):
            bad(
                "moderation_policy_member_unknown",
                "The moderation policy has an unknown member `\(Self.shown(member))`.",
                "Known there are: \(known.joined(separator: ", ")).", "Correct or remove it.")
        case .wrong(let member, let wanted):
            bad(
                "moderation_policy_member_invalid", "The moderation policy's `\(Self.shown(member))` cannot be used.",
                "It should be \(wanted).", "Correct it; docs/guide/moderation.md shows whole policies.")
        }
    }

    private func bad(_ code: String, _ what: String, _ why: String, _ fix: String) -> Explanation {
        Explanation(status: 400, code: code, what: what, why: why, fix: fix)
    }

    /// A client's own name of something, short and without control characters.
    private static func shown(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.prefix(128).map { $0.value < 0x20 ? "\u{FFFD}" : $0 }))
    }
}
