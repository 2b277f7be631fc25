import GleanerCore

/// The judge of one call's answer, and what it must know of the call.
struct AnswerGate: Sendable {
    let judge: any CallJudge
    let call: JudgedCall
    let endpoint: Endpoint
    let model: String?

    /// How an exchange is stored whose whole answer came and was not shown: `completed`, for this reason.
    static let reason = "answer_blocked"
}
