import GleanerCore

/// How the trainer should learn. What is `nil` the trainer chooses ("auto").
///
/// Source: OpenAI's API reference, `CreateFineTuningJobRequest`; a trainer may take less.
public struct Hyperparameters: Sendable, Hashable, Codable {
    /// How often it goes over the file, 1…50.
    public var epochs: Int?
    /// Examples of one step, 1…256.
    public var batchSize: Int?
    /// Times the trainer's own learning rate, above 0.
    public var learningRateMultiplier: Double?
    /// Only for pairs: how closely the tuned model stays to the one before, above 0 up to 2.
    public var beta: Double?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case epochs = "n_epochs"
        case batchSize = "batch_size"
        case learningRateMultiplier = "learning_rate_multiplier"
        case beta
    }

    public init(
        epochs: Int? = nil, batchSize: Int? = nil, learningRateMultiplier: Double? = nil, beta: Double? = nil
    ) {
        self.epochs = epochs
        self.batchSize = batchSize
        self.learningRateMultiplier = learningRateMultiplier
        self.beta = beta
    }

    /// Takes `"auto"` for what is left to the trainer.
    public init(from decoder: any Decoder) throws {
        if let unknown = try decoder.unknownMember(besides: Set(CodingKeys.allCases.map(\.rawValue))) {
            throw TuningError.hyperparameterInvalid(name: unknown, wanted: "one of n_epochs, batch_size, …")
        }
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        func chosen<Value: Decodable>(_ key: CodingKeys, _ type: Value.Type) throws -> Value? {
            if let text = try? fields.decode(String.self, forKey: key), text == "auto" { return nil }
            return try fields.decodeIfPresent(type, forKey: key)
        }
        epochs = try chosen(.epochs, Int.self)
        batchSize = try chosen(.batchSize, Int.self)
        learningRateMultiplier = try chosen(.learningRateMultiplier, Double.self)
        beta = try chosen(.beta, Double.self)
    }

    /// - Throws: `TuningError.hyperparameterInvalid`.
    func check(for method: TuningMethod) throws(TuningError) {
        func refuse(_ key: CodingKeys, _ wanted: String) -> TuningError {
            .hyperparameterInvalid(name: key.rawValue, wanted: wanted)
        }
        if let epochs, !(1...50).contains(epochs) { throw refuse(.epochs, "1 to 50, or auto") }
        if let batchSize, !(1...256).contains(batchSize) { throw refuse(.batchSize, "1 to 256, or auto") }
        if let rate = learningRateMultiplier, !(rate > 0 && rate.isFinite) {
            throw refuse(.learningRateMultiplier, "above 0, or auto")
        }
        if let beta {
            guard method == .dpo else { throw refuse(.beta, "left out unless the method is dpo") }
            guard beta > 0, beta <= 2 else { throw refuse(.beta, "above 0 and at most 2, or auto") }
        }
    }

    /// Only what was chosen.
    var document: JSONValue {
        var members: [String: JSONValue] = [:]
        if let epochs { members[CodingKeys.epochs.rawValue] = .integer(Int64(epochs)) }
        if let batchSize { members[CodingKeys.batchSize.rawValue] = .integer(Int64(batchSize)) }
        if let learningRateMultiplier {
            members[CodingKeys.learningRateMultiplier.rawValue] = .number(learningRateMultiplier)
        }
        if let beta { members[CodingKeys.beta.rawValue] = .number(beta) }
        return .object(members)
    }

    /// What to turn, and when: said by `gleaner tune help` and the guide.
    public static let guidance: [(name: String, range: String, meaning: String)] = [
        (
            "n_epochs", "1–50",
            "How often the trainer goes over the file. Without it: 3, more for fewer than 34 examples, fewer for very "
                + "many. Raise it by 1 or 2 when the tuned model follows the examples too little; lower it by 1 or 2 "
                + "when its answers become less diverse, or when valid_loss rises while train_loss falls."
        ),
        (
            "batch_size", "1–256",
            "Examples of one step. Larger ones are steadier and make fewer steps: they suit large files. Leave it to "
                + "the trainer for less than a few thousand examples."
        ),
        (
            "learning_rate_multiplier", "above 0",
            "Times the trainer's own rate. Raise it when train_loss hardly falls, lower it when it jumps up and down; "
                + "a step of 2 at a time is enough."
        ),
        (
            "beta", "above 0, at most 2",
            "Only for pairs (dpo): how closely the tuned model stays to the one before. Higher is more careful."
        ),
    ]
}
