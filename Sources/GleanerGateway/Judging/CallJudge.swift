public import GleanerCore
public import NIOCore

/// Says for which projects calls wait for a judgement. Asked of every call, so it answers from memory.
public protocol CallJudges: Sendable {
    /// `nil` where nothing waits: then a call goes as if there were no judges at all.
    func judge(for project: ID<Project>) -> (any CallJudge)?
}

/// Judges prompts before they are sent, and answers before they are shown.
public protocol CallJudge: Sendable {
    var judgesPrompts: Bool { get }
    /// An answer that is judged is held back whole, up to the gateway's cap, a stream as well.
    var judgesAnswers: Bool { get }

    /// - Returns: `nil` lets the call go on.
    func refusal(ofPrompt body: ByteBuffer, _ call: JudgedCall) async -> CallRefusal?

    /// - Parameter body: the whole answer, JSON or a stream of events.
    /// - Returns: `nil` lets the answer go out as it is.
    func refusal(ofAnswer body: ByteBuffer, isEventStream: Bool, _ call: JudgedCall) async -> CallRefusal?
}

/// What a judge is told of a call besides its bytes.
public struct JudgedCall: Sendable, Hashable {
    public let exchange: ID<Exchange>
    public let project: ID<Project>
    /// As `ExchangeIntent.endpoint`.
    public let endpoint: String
}

/// Why a call goes no further.
public struct CallRefusal: Sendable, Hashable {
    public enum Cause: Sendable, Hashable {
        /// The project's policy does not allow what it says.
        case content
        /// It could not be judged in time, and the policy refuses what is not judged.
        case notJudged
    }
    public let cause: Cause
    /// What the end user may read instead.
    public let message: String

    public init(cause: Cause, message: String) {
        self.cause = cause
        self.message = message
    }
}

/// Lets everything pass.
struct NoJudges: CallJudges {
    func judge(for project: ID<Project>) -> (any CallJudge)? { nil }
}
