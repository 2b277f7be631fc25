public import Foundation
public import GleanerCore

/// A frozen dataset version, as far as training on it goes.
public struct TrainingSet: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable { case sft, preference, unpaired }

    public let id: UUID
    public let dataset: String
    public let number: Int
    public let kind: Kind
    public let trainRows: Int
    public let validationRows: Int
    /// Of the train file, once; an estimate.
    public let trainTokens: Int
    /// How often a trainer goes over it that is not told, by the usual rule.
    public let usualEpochs: Int
    public let contentSHA256: String
    /// Why nobody may train on it any more.
    public let withdrawnReason: String?
    public let approvalsNeeded: Int
    public let approvals: Int

    public init(
        id: UUID, dataset: String, number: Int, kind: Kind, trainRows: Int, validationRows: Int, trainTokens: Int,
        usualEpochs: Int, contentSHA256: String, withdrawnReason: String?, approvalsNeeded: Int, approvals: Int
    ) {
        self.id = id
        self.dataset = dataset
        self.number = number
        self.kind = kind
        self.trainRows = trainRows
        self.validationRows = validationRows
        self.trainTokens = trainTokens
        self.usualEpochs = usualEpochs
        self.contentSHA256 = contentSHA256
        self.withdrawnReason = withdrawnReason
        self.approvalsNeeded = approvalsNeeded
        self.approvals = approvals
    }

    /// - Throws: why it may not be trained on.
    func check(for method: TuningMethod) throws(TuningError) {
        let name = "\(dataset) version \(number)"
        if let withdrawnReason { throw .setWithdrawn(name, reason: withdrawnReason) }
        guard approvals >= approvalsNeeded else {
            throw .setNotApproved(name, has: approvals, needs: approvalsNeeded)
        }
        let wanted: Kind = method == .sft ? .sft : .preference
        guard kind == wanted else { throw .methodUnfit(method, name, kind: kind) }
        guard trainRows > 0 else { throw .setEmpty(name) }
    }
}

/// Where training files come from: dataset versions, whoever keeps them.
public protocol TrainingFiles: Sendable {
    /// - Throws: what the keeper says of names and numbers that it does not know.
    func set(_ dataset: String, version: String, in project: ID<Project>) async throws -> TrainingSet

    /// - Returns: `nil` when it is gone.
    func set(_ id: UUID, in project: ID<Project>) async throws -> TrainingSet?

    /// - Throws: what keeps the set from being handed over, by a look at all of its lines.
    func check(_ set: TrainingSet, in project: ID<Project>) async throws

    /// Writes `train.jsonl`, and `validation.jsonl` when the set has rows for it, in OpenAI's formats: chat messages, or
    /// input with a preferred and another output. The same set gives the same bytes.
    /// - Throws: `TuningFailure` for what no other time will mend.
    func write(_ set: TrainingSet, in project: ID<Project>, to directory: URL) async throws
}

extension TuningStep {
    /// As `TrainingFiles` names it.
    var file: String? {
        switch self {
        case .trainingFile: "train.jsonl"
        case .validationFile: "validation.jsonl"
        case .job: nil
        }
    }
}
