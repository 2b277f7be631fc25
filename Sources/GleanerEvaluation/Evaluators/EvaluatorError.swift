public import GleanerCore

public enum EvaluatorError: Explained, Hashable {
    case policyNotJSON
    case policyInvalid(member: String, wanted: String)
    case policyUnknown(Int64)
    case policyConflict(expected: Int64, found: Int64)
    case noteInvalid
    case evaluatorUnknown(String)
    case exchangeUnknown(ID<Exchange>)

    public var explanation: Explanation {
        switch self {
        case .policyNotJSON:
            Explanation(
                status: 400, code: "evaluator_policy_not_json", what: "The evaluators' policy cannot be read.",
                why: "It is not a JSON document.", fix: "Send an object with a list `evaluators`.")
        case .policyInvalid(let member, let wanted):
            Explanation(
                status: 400, code: "evaluator_policy_invalid",
                what: "The evaluators' policy's `\(member.prefix(64))` cannot be used.", why: "It must be \(wanted).",
                fix: "See docs/reference/evaluators.md.")
        case .policyUnknown(let version):
            Explanation(
                status: 404, code: "evaluator_policy_unknown",
                what: "There is no version \(version) of the evaluators' policy.",
                why: "Versions count from 1 in each project; 0 is none.",
                fix: "`gleaner evaluators list --versions` shows them.")
        case .policyConflict(let expected, let found):
            Explanation(
                status: 409, code: "evaluator_policy_conflict", what: "The evaluators' policy has changed meanwhile.",
                why: "You have seen version \(expected), and version \(found) is in force.",
                fix: "Look at the policy in force, and send your change again.")
        case .noteInvalid:
            Explanation(
                status: 400, code: "evaluator_note_invalid", what: "This note cannot be stored.",
                why: "It is longer than 1024 bytes or holds U+0000.", fix: "Shorten it.")
        case .evaluatorUnknown(let name):
            Explanation(
                status: 404, code: "evaluator_unknown", what: "The policy has no evaluator `\(name.prefix(64))`.",
                why: "The version in force does not name it.", fix: "`gleaner evaluators list` shows those it names.")
        case .exchangeUnknown(let id):
            Explanation(
                status: 404, code: "exchange_unknown", what: "No exchange \(id) is stored.",
                why: "The id is wrong, belongs to another project, or is still on its way from the journal.",
                fix: "Send the id from the X-Gleaner-Exchange-Id header.")
        }
    }
}
