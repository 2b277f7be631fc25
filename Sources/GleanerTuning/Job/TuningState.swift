/// How far a fine-tune is, in our words; a trainer's own stand beside it as `provider_status`.
public enum TuningState: String, Sendable, Hashable, CaseIterable, Codable {
    /// Confirmed; nothing was sent anywhere.
    case waiting
    /// Its files are on their way to the trainer.
    case preparing
    /// The trainer is being asked for the job.
    case submitting
    /// The trainer has it: it checks the files, lets it wait, or trains.
    case training
    case succeeded, failed, cancelled

    public var isEnd: Bool { self == .succeeded || self == .failed || self == .cancelled }
}

/// What the model learns from: answers, or pairs of a better and a worse one.
public enum TuningMethod: String, Sendable, Hashable, CaseIterable, Codable {
    case sft, dpo

    /// OpenAI's name for it.
    var wireName: String { self == .sft ? "supervised" : "dpo" }
}

/// Who trains.
public enum TuningDriverName: String, Sendable, Hashable, CaseIterable, Codable {
    /// A server that speaks OpenAI's fine-tuning API.
    case openAI = "openai"
    /// A program of the operator's.
    case command
}

/// What is made at a trainer, in this order; each once.
public enum TuningStep: String, Sendable, Hashable, CaseIterable, Codable {
    case trainingFile = "training_file"
    case validationFile = "validation_file"
    case job
}
