public import Foundation
public import GleanerCore
public import GleanerJobs

/// One measure of one version of an evaluator over a time, as rollups tell it.
public struct EvaluatorEstimate: Sendable, Hashable, Codable {
    public enum Kind: String, Sendable, Hashable, Codable {
        /// All figures are 0 or 1.
        case share
        case mean
    }
    /// `nil` for all; `(none)` for exchanges that have none.
    public let slice: String?
    public let evaluator: String
    public let version: String
    public let measure: String
    public let kind: Kind
    public let value: Double
    /// Of 95 %; `nil` of too few.
    public let low: Double?
    public let high: Double?
    /// Exchanges with a figure.
    public let count: Int
    /// For how many they stand.
    public let population: Double
    public let p10: Double?
    public let p50: Double?
    public let p90: Double?
}

/// A day or an hour of one measure.
public struct EvaluatorPoint: Sendable, Hashable, Codable {
    public let at: Date
    public let version: String
    public let value: Double
    public let low: Double?
    public let high: Double?
    public let count: Int
}

/// The figure of one exchange.
public struct EvaluatorFigure: Sendable, Hashable, Codable {
    public let exchange: ID<Exchange>
    public let value: Double
}

/// What runs, how far it is, and what went wrong.
public struct EvaluatorStatus: Sendable, Hashable, Codable {
    public struct Row: Sendable, Hashable, Codable {
        public let name: String
        public let kind: EvaluatorChoice.Kind
        public let share: Double
        public let isPaused: Bool
        /// Exchanges of the last 24 hours that have a figure.
        public let measured: Int
        public let failures: [Failure]
        /// When it last said something.
        public let lastAt: Date?
        public var failed: Int { failures.reduce(0) { $0 + $1.count } }

        enum CodingKeys: String, CodingKey {
            case name, kind, share, measured, failures
            case isPaused = "paused"
            case lastAt = "last_at"
        }
    }
    /// Exchanges of the last 24 hours of which it has nothing, by why.
    public struct Failure: Sendable, Hashable, Codable {
        public let reason: String
        public let count: Int
    }
    /// A backfill that is not done, or has failed.
    public struct Run: Sendable, Hashable, Codable {
        public let job: ID<Job>
        public let state: JobState
        public let exchanges: Int
        public let of: Int?
        public let createdAt: Date
        public let error: String?
        public var hasFailed: Bool { state == .dead }
        /// `waiting`, `running` or `failed`.
        public var word: String { hasFailed ? "failed" : state.rawValue }

        enum CodingKeys: String, CodingKey {
            case job, state, exchanges, of, error
            case createdAt = "created_at"
        }
    }

    public let version: Int64
    public let evaluators: [Row]
    /// Exchanges that wait, and for how many seconds the oldest has.
    public let waiting: Int
    public let lagSeconds: Double
    /// Why a job that waits has failed before; `nil` when none has.
    public let error: String?
    public let runs: [Run]

    enum CodingKeys: String, CodingKey {
        case version, evaluators, waiting, error
        case lagSeconds = "lag_seconds"
        case runs = "backfills"
    }
}
