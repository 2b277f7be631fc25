public import Foundation
public import GleanerCore

/// A fine-tune that somebody confirmed: one row of `tuning_jobs`.
public struct TuningJob: Sendable, Hashable {
    public let id: ID<TuningJob>
    public let project: ID<Project>
    public let datasetVersion: UUID
    public let dataset: String
    public let version: Int
    public let driver: TuningDriverName
    public let provider: String
    public let baseModel: String
    public let suffix: String?
    public let seed: Int?
    public let method: TuningMethod
    public let hyperparameters: Hyperparameters
    public let state: TuningState
    /// Why it stands where it stands, for people.
    public let stateReason: String?
    /// The trainer's own word.
    public let providerStatus: String?
    public let providerJob: String?
    public let fineTunedModel: String?
    public let trainedTokens: Int?
    /// Of the train file, once.
    public let estimatedTokens: Int
    public let estimatedEpochs: Int
    public let billedTokens: Int
    public let estimatedUSD: Double?
    public let confirmedBy: String
    public let confirmedAt: Date
    public let cancelledBy: String?
    public let cancelAt: Date?
    public let error: TuningFailure?
    public let createdAt: Date
    public let submittedAt: Date?
    public let finishedAt: Date?
    public let filesDeletedAt: Date?
    /// What was made at the trainer, by step: its ids.
    public let files: [TuningStep: String]
}

/// Something a trainer said, or that was done with it.
public struct TuningEvent: Sendable, Hashable, Codable {
    public let id: String
    public let at: Date
    /// `info`, `warn` or `error`.
    public let level: String
    /// `message` or `metrics`.
    public let type: String
    public let message: String
    public let data: JSONValue?

    public init(id: String, at: Date, level: String, type: String, message: String, data: JSONValue? = nil) {
        self.id = id
        self.at = at
        self.level = level
        self.type = type
        self.message = message
        self.data = data
    }
}

/// One point of the loss curves.
public struct TuningMetric: Sendable, Hashable, Codable {
    public var step: Int
    public var trainLoss: Double?
    public var trainAccuracy: Double?
    public var validLoss: Double?
    public var validAccuracy: Double?
    public var fullValidLoss: Double?
    public var fullValidAccuracy: Double?

    enum CodingKeys: String, CodingKey {
        case step
        case trainLoss = "train_loss"
        case trainAccuracy = "train_accuracy"
        case validLoss = "valid_loss"
        case validAccuracy = "valid_accuracy"
        case fullValidLoss = "full_valid_loss"
        case fullValidAccuracy = "full_valid_accuracy"
    }

    public init(step: Int) { self.step = step }

    var isEmpty: Bool {
        [trainLoss, trainAccuracy, validLoss, validAccuracy, fullValidLoss, fullValidAccuracy].allSatisfy { $0 == nil }
    }

    /// Reads whatever names trainers use.
    /// - Returns: `nil` without a step, or without a number.
    init?(_ document: JSONValue, step given: Int? = nil) {
        func number(_ names: String...) -> Double? {
            names.lazy.compactMap { document[$0]?.doubleValue }.first { $0.isFinite }
        }
        guard let step = given ?? number("step", "step_number").flatMap({ Int(exactly: $0) }),
            (0...Int(Int32.max)).contains(step)
        else { return nil }
        self.init(step: step)
        trainLoss = number("train_loss", "loss")
        trainAccuracy = number("train_mean_token_accuracy", "train_accuracy")
        validLoss = number("valid_loss", "eval_loss")
        validAccuracy = number("valid_mean_token_accuracy", "valid_accuracy")
        fullValidLoss = number("full_valid_loss")
        fullValidAccuracy = number("full_valid_mean_token_accuracy")
        if isEmpty { return nil }
    }
}

/// A model of an earlier epoch, which can be asked for like any other.
public struct TuningCheckpoint: Sendable, Hashable, Codable {
    public let id: String
    public let step: Int
    public let model: String
    public let createdAt: Date

    enum CodingKeys: String, CodingKey {
        case id, step, model
        case createdAt = "created_at"
    }
}

/// A job with everything its trainer said.
public struct TuningJobDetail: Sendable {
    public let job: TuningJob
    /// Oldest first; the newest thousand.
    public let events: [TuningEvent]
    /// By step.
    public let curve: [TuningMetric]
    public let checkpoints: [TuningCheckpoint]
    /// The day on which the base model ends, `YYYY-MM-DD`.
    public let shutdown: String?
}
