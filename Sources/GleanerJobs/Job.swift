public import Foundation
public import GleanerCore

/// What sort of work a job is; its handler has the same kind. `[a-z][a-z0-9_.]{0,62}`.
public struct JobKind: Sendable, Hashable, RawRepresentable, ExpressibleByStringLiteral {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public init(stringLiteral value: String) { rawValue = value }
}

/// How far a job is. The raw value is what SQL and JSON say.
public enum JobState: String, Sendable, Hashable, CaseIterable, Codable {
    case waiting, running, done
    /// Failed for good; kept until somebody retries it.
    case dead
}

/// Work somebody wants done.
public struct NewJob: Sendable, Hashable {
    /// With the pauses of `RetryPause`, about a day and a half.
    public static let standardAttempts = 24

    public var kind: JobKind
    /// `nil` for work of the installation.
    public var project: ID<Project>?
    /// Ids and choices; texts of exchanges stay where they are.
    public var payload: JSONValue
    /// Asked for again under the same key, kind and project, it is the same job.
    public var idempotencyKey: String?
    /// From now, by the database's clock.
    public var delay: Duration
    public var maximumAttempts: Int

    public init(
        kind: JobKind, project: ID<Project>?, payload: JSONValue = .object([:]), idempotencyKey: String? = nil,
        delay: Duration = .zero, maximumAttempts: Int = standardAttempts
    ) {
        self.kind = kind
        self.project = project
        self.payload = payload
        self.idempotencyKey = idempotencyKey
        self.delay = delay
        self.maximumAttempts = maximumAttempts
    }
}

/// One row of `jobs`.
public struct Job: Sendable, Hashable {
    public let id: ID<Job>
    public let kind: JobKind
    public let project: ID<Project>?
    public let state: JobState
    public let payload: JSONValue
    public let attempts: Int
    public let maximumAttempts: Int
    public let progress: JSONValue?
    public let lastError: String?
    public let runAt: Date
    public let leaseUntil: Date?
    public let createdAt: Date
    public let finishedAt: Date?
}

/// A job lent to one worker. Only who shows the newest fence may say how it ended.
public struct JobLease: Sendable, Hashable {
    public let job: ID<Job>
    public let kind: JobKind
    public let project: ID<Project>?
    public let payload: JSONValue
    /// From 1.
    public let attempt: Int
    public let maximumAttempts: Int
    public let progress: JSONValue?
    /// Rises with every claim of any job.
    public let fence: Int64

    public var isLastAttempt: Bool { attempt >= maximumAttempts }
}
