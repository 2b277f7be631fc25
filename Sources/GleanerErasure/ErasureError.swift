public import GleanerCore

public enum ErasureError: Explained, Hashable {
    case subjectInvalid(ErasureSubject.Kind)
    case subjectsWanted(found: Int)
    case reasonInvalid
    case unknown(ID<Erasure>)
    case proposalOld(ID<Erasure>)

    public var explanation: Explanation {
        switch self {
        case .subjectInvalid(let kind):
            Explanation(
                status: 400, code: "erasure_subject_invalid", what: "This is no \(Self.words[kind] ?? kind.rawValue).",
                why: kind == .exchange
                    ? "An exchange is named by its UUID." : "Names have 1 to 256 characters and no control characters.",
                fix: "Give it as it stands in the exchanges that are to be erased.")
        case .subjectsWanted(let found):
            Explanation(
                status: 400, code: "erasure_subject_wanted", what: "One thing is erased at a time.",
                why: "\(found) were named, of `exchange`, `end_user` and `conversation`.", fix: "Name exactly one.")
        case .reasonInvalid:
            Explanation(
                status: 400, code: "erasure_reason_invalid", what: "This reason cannot be kept.",
                why: "A reason has at most 500 characters and no control characters.",
                fix: "Shorten it. It stays in the receipt, so name a ticket rather than a person.")
        case .unknown(let id):
            Explanation(
                status: 404, code: "erasure_unknown", what: "No erasure \(id) is known.",
                why: "None was asked for under this id in this project, or it was proposed and never confirmed.",
                fix: "See GET /api/erasures.")
        case .proposalOld(let id):
            Explanation(
                status: 409, code: "erasure_proposal_old", what: "Erasure \(id) can no longer be confirmed.",
                why: "It was proposed more than an hour ago; what it counted has changed since.",
                fix: "Ask for it again, look at what it would take, and confirm that.")
        }
    }

    private static let words: [ErasureSubject.Kind: String] = [
        .exchange: "exchange's id", .endUser: "end user's name", .conversation: "conversation's name",
    ]
}
