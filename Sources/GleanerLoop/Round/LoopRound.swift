public import Foundation
public import GleanerCore

/// One way from judged exchanges to a canary: one row of `loop_rounds` with its steps.
public struct LoopRound: Sendable, Hashable {
    public enum State: String, Sendable, Hashable, CaseIterable, Codable {
        case running, done, failed, cancelled
    }

    public let id: ID<LoopRound>
    public let project: ID<Project>
    public let loop: ID<Loop>
    public let loopName: String
    /// From 1, in its loop.
    public let number: Int
    /// Of the loop's document, when it began.
    public let version: Int
    public let state: State
    /// How it ended, in words.
    public let reason: String?
    /// `gleaner`, or who.
    public let startedBy: String
    public let why: String
    public let cancelBy: String?
    public let createdAt: Date
    public let finishedAt: Date?
    /// In their order.
    public let steps: [LoopStep]

    public subscript(_ name: LoopStep.Name) -> LoopStep? { steps.first { $0.name == name } }

    /// What it makes at others is made under this, once.
    var key: String { "loop:\(id)" }
    /// As author of what it makes.
    var author: String { "loop:\(loopName)" }
    /// What its candidates' names begin with.
    var family: String { "\(loopName.prefix(40))-" }
    /// What the candidate is called on its route; another attempt is another candidate.
    func variant(_ canary: LoopStep?) -> String {
        let attempt = canary?.attempt ?? self[.canary]?.attempt ?? 1
        return family + "\(number)" + (attempt > 1 ? "-\(attempt)" : "")
    }
}

/// One step of a round: one row of `loop_steps`.
public struct LoopStep: Sendable, Hashable {
    public enum Name: String, Sendable, Hashable, CaseIterable, Codable {
        case build, compare, approve, tune, gate, canary

        /// Whether somebody may leave it out of a round. Without a version there is nothing to go on with.
        public var isSkippable: Bool { self != .build }
    }
    public enum State: String, Sendable, Hashable, CaseIterable, Codable {
        /// Not begun.
        case waiting
        /// Begun, or asked for and awaited.
        case running
        /// A person must say how it goes on.
        case holding
        case done, skipped, failed, cancelled

        public var isEnd: Bool { [.done, .skipped, .failed, .cancelled].contains(self) }
    }
    /// Why it holds, for programs.
    public enum Hold: String, Sendable, Hashable, CaseIterable {
        /// Somebody wanted it.
        case person = "held"
        /// Somebody else's rule says no.
        case refused
        case compareLimit = "compare_limit"
        case priceUnknown = "price_unknown"
        case aboveLimit = "above_limit"
        case aboveMonth = "above_month"
        case undecided

        /// Whether going on is agreeing to what it says.
        var isQuestion: Bool { self != .person && self != .refused }
    }

    public let name: Name
    public let state: State
    public let code: String?
    /// For people: why it stands where it stands, or what came of it.
    public let reason: String?
    /// From 1; rises when somebody has it tried again.
    public let attempt: Int
    let key: String?
    /// Id of the version, job, evaluation or canary.
    public let made: String?
    /// Estimated, US dollars.
    public let usd: Double?
    public let figures: JSONValue
    /// Who said that it goes on.
    public let allowedBy: String?
    public let startedAt: Date?
    public let finishedAt: Date?
}

/// What a step comes to when it is taken on.
enum StepOutcome: Sendable, Hashable {
    case done(String, made: String? = nil, figures: [String: JSONValue] = [:])
    /// There is nothing to do.
    case skipped(String)
    /// Others are at it.
    case waits(String, made: String? = nil)
    /// Somebody must say how it goes on.
    case holds(
        LoopStep.Hold, String, asking: Asking? = nil, made: String? = nil, figures: [String: JSONValue] = [:])
    /// What is asked for next is written down before it is asked for.
    case intends(Asking)
    case failed(String, made: String? = nil)

    struct Asking: Sendable, Hashable {
        var key: String
        var usd: Double?
    }
}
