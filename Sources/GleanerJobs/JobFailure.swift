import AsyncPostgres
public import GleanerCore

/// How a handler says that trying again is of no use, or when it would be. Any other error is tried again after
/// `RetryPause`.
public enum JobFailure: Error, Sendable, Hashable {
    /// What the job is about is gone, or it can never succeed.
    case permanent(reason: String)
    /// Whoever was asked said when to come back.
    case later(after: Duration, reason: String)
}

/// What the queue refuses.
public enum JobError: Explained, Hashable {
    /// Somebody else holds the job by now, or it has ended.
    case leaseLost
    case unknown(ID<Job>)
    case notDead(ID<Job>, JobState)

    public var explanation: Explanation {
        switch self {
        case .leaseLost:
            Explanation(
                status: 409, code: "job_lease_lost", what: "This job is no longer this worker's.",
                why: "Its lease ran out and it was lent to another, or it has ended.",
                fix: "Nothing to do: whoever holds it now says how it ends.")
        case .unknown(let id):
            Explanation(
                status: 404, code: "job_unknown", what: "No job \(id) is known.",
                why: "It is not of this project, or it was done more than a day ago.",
                fix: "`gleaner jobs` lists those that are kept.")
        case .notDead(let id, let state):
            Explanation(
                status: 409, code: "job_not_dead", what: "Job \(id) cannot be retried.",
                why: "It is \(state.rawValue); only dead jobs wait for somebody.",
                fix: "Look again later: `gleaner jobs --state dead` lists those that failed for good.")
        }
    }
}

extension JobFailure {
    /// What is kept as `last_error`. Errors that can explain themselves hold no values; of others their type must do.
    static func reason(of error: any Error) -> String {
        let words =
            switch error {
            case let failure as JobFailure: failure.words
            case let error as any Explained: "\(error.explanation.code): \(error.explanation.what)"
            // Shows SQLSTATE, constraint and statement; bound values stay out of it.
            case let error as PostgresError: error.description
            default: "\(type(of: error))"
            }
        return String(words.unicodeScalars.filter { $0 != "\0" }.prefix(1000).map(Character.init))
    }

    private var words: String {
        switch self {
        case .permanent(let reason), .later(_, let reason): reason
        }
    }
}
