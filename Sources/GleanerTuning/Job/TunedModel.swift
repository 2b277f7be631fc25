public import Foundation
public import GleanerCore

/// A model that a fine-tune made: one row of `model_versions`.
public struct TunedModel: Sendable, Hashable {
    public let id: ID<TunedModel>
    public let provider: String
    public let model: String
    public let baseModel: String
    public let tuningJob: ID<TuningJob>?
    public let datasetVersion: UUID?
    /// 1 when it learned from people and base models; one more than the deepest model whose own answers it learned from.
    public let generation: Int
    /// `YYYY-MM-DD`; its own, or its base model's.
    public let shutdown: String?
    /// Since when it is known to have learned from something that was erased.
    public let erasedAt: Date?
    public let createdAt: Date
}

/// What training costs, in US dollars for a million tokens.
public struct TuningPrice: Sendable, Hashable, Codable {
    public var provider: String
    public var baseModel: String
    public var usd: Double

    enum CodingKeys: String, CodingKey {
        case provider, usd
        case baseModel = "base_model"
    }

    public init(provider: String, baseModel: String, usd: Double) {
        self.provider = provider
        self.baseModel = baseModel
        self.usd = usd
    }
}

/// A model whose end its provider has announced: one that the project tuned, or asks for somewhere.
public struct Retirement: Sendable, Hashable, Codable {
    public let provider: String
    public let model: String
    /// What it was tuned from; itself where nobody here tuned it.
    public let baseModel: String
    /// `YYYY-MM-DD`.
    public let shutdown: String
    /// Below 0 when it is over.
    public let daysLeft: Int
    /// Where it is asked for: `route chat`, `judge tone`, `base model of loop weekly`, `teacher of helpdesk` …
    public var uses: [String]

    enum CodingKeys: String, CodingKey {
        case provider, model, shutdown, uses
        case baseModel = "base_model"
        case daysLeft = "days_left"
    }

    /// For a list.
    public var warning: String {
        let when = daysLeft < 0 ? "was shut down on \(shutdown)" : "is shut down on \(shutdown), in \(daysLeft) days"
        let places = uses.isEmpty ? "" : " (\(uses.joined(separator: ", ")))"
        let isTuned = baseModel != model
        return "\(model)\(places) \(when): "
            + (isTuned ? "route to another, or tune one from a model that stays." : "name another one there.")
    }
}
