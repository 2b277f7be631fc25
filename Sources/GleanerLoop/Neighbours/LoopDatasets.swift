public import Foundation
public import GleanerCore

/// A frozen dataset version, as far as loops go.
public struct LoopVersion: Sendable, Hashable {
    public var id: UUID
    public var dataset: String
    public var number: Int
    public var train: Int
    public var validation: Int
    public var holdout: Int
    public var approvalsNeeded: Int
    public var approvals: Int
    public var isWithdrawn: Bool
    public var createdAt: Date

    public init(
        id: UUID, dataset: String, number: Int, train: Int, validation: Int, holdout: Int, approvalsNeeded: Int,
        approvals: Int, isWithdrawn: Bool, createdAt: Date
    ) {
        self.id = id
        self.dataset = dataset
        self.number = number
        self.train = train
        self.validation = validation
        self.holdout = holdout
        self.approvalsNeeded = approvalsNeeded
        self.approvals = approvals
        self.isWithdrawn = isWithdrawn
        self.createdAt = createdAt
    }
}

/// What a build would change.
public struct LoopNews: Sendable, Hashable {
    public var added: Int
    public var gone: Int
    public var changed: Int

    public init(added: Int, gone: Int = 0, changed: Int = 0) {
        self.added = added
        self.gone = gone
        self.changed = changed
    }
}

/// How a version differs from the one before it; figures only.
public struct LoopComparison: Sendable, Hashable {
    public var from: Int
    /// Lines for training of the version before.
    public var before: Int
    public var added: Int
    public var gone: Int
    public var changed: Int
    public var lengthPSI: Double
    /// What chance alone reaches in one of twenty pairs of sets of these sizes.
    public var lengthPSIByChance: Double
    public var languagePSI: Double
    public var languagePSIByChance: Double
    public var surges: Int

    public init(
        from: Int, before: Int, added: Int, gone: Int, changed: Int, lengthPSI: Double = 0,
        lengthPSIByChance: Double = 0, languagePSI: Double = 0, languagePSIByChance: Double = 0, surges: Int = 0
    ) {
        self.from = from
        self.before = before
        self.added = added
        self.gone = gone
        self.changed = changed
        self.lengthPSI = lengthPSI
        self.lengthPSIByChance = lengthPSIByChance
        self.languagePSI = languagePSI
        self.languagePSIByChance = languagePSIByChance
        self.surges = surges
    }
}

public protocol LoopDatasets: Sendable {
    /// - Throws: what the keeper of datasets says of a policy that is unknown or cannot be used.
    func check(_ policy: LoopDocument.Policy, in project: ID<Project>) async throws

    /// The newest version that was not withdrawn.
    func newest(of dataset: String, in project: ID<Project>) async throws -> LoopVersion?
    func version(_ id: UUID, in project: ID<Project>) async throws -> LoopVersion?

    /// Exchanges judged and examples written since; quick, and no more than `limit` are counted.
    func material(for dataset: String, since: Date?, in project: ID<Project>, limit: Int) async throws -> Int

    /// What a build would change of `version`; as much work as a build.
    func news(
        of dataset: String, by policy: LoopDocument.Policy, beside version: LoopVersion?, in project: ID<Project>
    ) async throws -> LoopNews

    /// Under the same key it is the same version, whoever asks and however often.
    func build(
        _ dataset: String, by policy: LoopDocument.Policy, key: String, author: String, in project: ID<Project>
    ) async throws -> LoopVersion

    /// - Returns: `nil` when there is none before it.
    func compare(_ version: LoopVersion, in project: ID<Project>) async throws -> LoopComparison?
}
