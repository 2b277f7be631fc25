public import GleanerCore

public enum ModerationError: Explained, Hashable {
    case policyUnknown(Int64)
    case policyConflict(expected: Int64, found: Int64)
    case exampleUnknown(String, known: [String])
    case noteInvalid
    case exchangeUnknown(ID<Exchange>)
    case nothingToDecide(ModerationTarget)
    case actionInvalid
    case reasonInvalid

    public var explanation: Explanation {
        switch self {
        case .policyUnknown(let version):
            Explanation(
                status: 404, code: "moderation_policy_unknown", what: "There is no version \(version) of the policy.",
                why: "Versions count from 1 in each project; 0 is the built-in policy.",
                fix: "GET /api/moderation/policy/versions lists them.")
        case .policyConflict(let expected, let found):
            Explanation(
                status: 409, code: "moderation_policy_conflict", what: "The policy has changed meanwhile.",
                why: "You have seen version \(expected), and version \(found) is in force.",
                fix: "Look at the policy in force, and send your change again.")
        case .exampleUnknown(let name, let known):
            Explanation(
                status: 404, code: "moderation_example_unknown",
                what: "There is no example policy `\(name.prefix(64))`.",
                why: "Examples are: \(known.joined(separator: ", ")).", fix: "Use one of these.")
        case .noteInvalid:
            Explanation(
                status: 400, code: "moderation_note_invalid", what: "This note cannot be stored.",
                why: "It is longer than 1024 bytes or holds U+0000.", fix: "Shorten it.")
        case .exchangeUnknown(let id):
            Explanation(
                status: 404, code: "exchange_unknown", what: "No exchange \(id) is stored.",
                why: "The id is wrong, belongs to another project, or is still on its way from the journal.",
                fix: "Send the id from the X-Gleaner-Exchange-Id header.")
        case .nothingToDecide(let target):
            Explanation(
                status: 404, code: "moderation_target_unknown", what: "There is no \(target.rawValue) to decide about.",
                why: "The exchange has none, or a comment's id is missing or wrong.",
                fix: "GET /api/moderation/exchanges/{id} shows what was judged.")
        case .actionInvalid:
            Explanation(
                status: 400, code: "moderation_action_invalid", what: "A person cannot decide that.",
                why: "`unknown` means that nobody knows; you do.", fix: "Send allow, flag, redact or block.")
        case .reasonInvalid:
            Explanation(
                status: 400, code: "moderation_reason_invalid", what: "This decision needs a reason.",
                why: "It is empty, longer than 1000 bytes or holds U+0000.",
                fix: "Say in a sentence why; it is kept with the decision.")
        }
    }
}
