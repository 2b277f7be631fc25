public import Foundation
public import GleanerCore

/// A marker for `ID<ModerationResult>`.
public enum ModerationResult {}

/// What is judged: one side of an exchange, or one comment on it.
public struct ModerationSubject: Sendable, Hashable {
    public let exchange: ID<Exchange>
    public let target: ModerationTarget
    /// The feedback's for a comment, else the exchange's.
    public let subject: UUID

    /// - Parameter comment: the feedback's id; with it the target is a comment.
    public init(exchange: ID<Exchange>, target: ModerationTarget, comment: UUID? = nil) {
        self.exchange = exchange
        self.target = comment == nil ? target : .comment
        subject = comment ?? exchange.uuid
    }
}

/// A row of `moderation_results`.
public struct StoredResult: Sendable, Hashable {
    public let subject: ModerationSubject
    public let classifier: String
    public let result: Classification
    public let at: Date

    public var latencyMilliseconds: Double { result.latency.milliseconds }
}

/// A row of `moderation_decisions`.
public struct StoredDecision: Sendable, Hashable {
    public let id: ID<StoredDecision>
    public let subject: ModerationSubject
    /// 0 for the built-in policy.
    public let policyVersion: Int64
    public let verdict: ModerationPolicy.Verdict
    /// `nil` when the policy decided.
    public let actor: String?
    public let at: Date

    public init(
        id: ID<StoredDecision>, subject: ModerationSubject, policyVersion: Int64, verdict: ModerationPolicy.Verdict,
        actor: String?, at: Date
    ) {
        self.id = id
        self.subject = subject
        self.policyVersion = policyVersion
        self.verdict = verdict
        self.actor = actor
        self.at = at
    }
}

/// A version of a project's policy; 0 is the built-in one.
public struct PolicyVersion: Sendable, Hashable {
    public let version: Int64
    public let policy: ModerationPolicy
    public let author: String
    public let note: String
    public let at: Date
    /// Stands for one that cannot be read.
    private(set) var isSealed = false

    public init(version: Int64, policy: ModerationPolicy, author: String, note: String, at: Date) {
        self.version = version
        self.policy = policy
        self.author = author
        self.note = note
        self.at = at
    }

    /// Of a policy that nobody here can read: what it asks for is not known, so nothing passes that is judged by it, and
    /// nothing is stored that it might have replaced.
    static func sealed(_ version: Int64) -> PolicyVersion {
        var policy = ModerationPolicy()
        policy.mode = .blocking
        policy.blocking = ModerationPolicy.Blocking(targets: [.prompt, .response], onError: .closed)
        policy.personalData = .redactStored
        policy.kinds = Set(PIIKind.allCases)
        var sealed = PolicyVersion(
            version: version, policy: policy, author: "gleaner", note: "unreadable", at: Date(timeIntervalSince1970: 0))
        sealed.isSealed = true
        return sealed
    }

    public static let builtIn = PolicyVersion(
        version: 0, policy: ModerationPolicy(), author: "gleaner", note: "built in",
        at: Date(timeIntervalSince1970: 0))
}
