public import Foundation
public import GleanerCore

/// One run of the gate.
public struct Evaluation: Sendable {
    public enum State: String, Sendable, Hashable, Codable {
        case waiting, running
        /// All answers are there; reviewers compare some.
        case waitingForPeople = "waiting_for_people"
        case done, failed
    }

    public let id: ID<Evaluation>
    public let project: ID<Project>
    public let key: String?
    public let version: UUID
    public let dataset: String
    public let versionNumber: Int
    public let candidate: ModelChoice
    public let incumbent: ModelChoice
    public let policy: GatePolicy
    public let salt: String
    public let state: State
    /// Lines of the holdout, and how many were drawn.
    public let holdout: Int
    public let items: Int
    /// Answers that are there; of two for each item.
    public let answered: Int
    public let estimate: GateEstimate
    public let report: GateReport?
    public let failure: String?
    /// Who ended the waiting for people, `gleaner` when enough verdicts were in; `nil` where nobody did.
    public let peopleEndedBy: String?
    public let author: String
    public let createdAt: Date
    public let finishedAt: Date?

    /// The verdict as a page; `nil` before there is one.
    public var markdown: String? {
        report?.markdown(candidate: candidate, incumbent: incumbent, dataset: dataset, version: versionNumber)
    }
}
