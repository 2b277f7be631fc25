import GleanerCore

/// Why a fine-tune ended without a model: the trainer's own words, kept as they came, and ours about them.
public struct TuningFailure: Error, Sendable, Hashable, Codable {
    public let code: String
    public let message: String
    public let param: String?
    public let why: String
    public let fix: String

    /// - Parameters:
    ///   - code: the trainer's, or one of ours.
    ///   - message: as it came; at most 2000 characters are kept.
    public init(code: String?, message: String, param: String? = nil) {
        self.code = String((code ?? "unknown").storable.prefix(100))
        self.message = String(message.storable.prefix(2000))
        self.param = (param?.storable.prefix(200)).map(String.init)
        (why, fix) = Self.explain(self.code, message)
    }

    private static func explain(_ code: String, _ message: String) -> (why: String, fix: String) {
        let words = message.lowercased()
        func says(_ parts: String...) -> Bool { parts.contains { words.contains($0) } }
        return switch code {
        case _ where says("moderation eval", "safety eval", "refusals_v", "model safety"):
            (
                "The model was trained, and then did not pass the provider's safety evaluation.",
                "Look for answers in the training file that go along with what the category names, have them judged by "
                    + "`gleaner moderation`, and build a version without them. The training may be billed all the same."
            )
        case _ where says("usage policies", "usage policy", "blocked by our moderation", "content policy"):
            (
                "The provider's moderation stopped the training file as a whole.",
                "Have the dataset's exchanges judged by `gleaner moderation`, tighten the promotion policy's gate, and "
                    + "build another version."
            )
        case "insufficient_quota", "billing_hard_limit_reached":
            ("The provider's account has no money or no quota left.", "Top it up, then start the job again.")
        case "exceeded_quota", "rate_limit_exceeded", "too_many_jobs":
            ("The provider runs as many jobs as it allows.", "Wait until one of them has ended, then start again.")
        case "invalid_training_file", "invalid_file_format", "invalid_n_examples", "invalid_validation_file":
            (
                "The provider does not accept the file.",
                "`gleaner dataset verify` lists what such files may hold; 10 examples are the least."
            )
        case "model_not_found", "model_not_available", "unsupported_model":
            (
                "The provider does not tune this model, or not for this account.",
                "Ask for another base model. OpenAI takes no new fine-tuning jobs from 2027-01-06 on."
            )
        case "invalid_api_key", "permission_denied":
            ("The provider does not accept the key for fine-tuning.", "Check the key and what it may do.")
        case "trainer_failed":
            ("The training program ended with an error.", "Its last words stand above; mend it there.")
        case "trainer_no_result":
            ("The training program ended well but named no model.", "It must write a line of type `result`.")
        case "trainer_lost":
            (
                "The training program ended without saying how, as often as it was started.",
                "See log.txt in the job's directory, and whether the machine ran out of memory."
            )
        case "job_lost": ("The provider no longer knows the job.", "Look at the provider's own console.")
        case "set_withdrawn", "set_gone":
            ("The dataset version was withdrawn before training began.", "Train on the version that replaced it.")
        case "dataset_withdrawn", "dataset_not_approved", "export_holds_holdout", "export_splits_overlap",
            "export_empty":
            (
                "The dataset version may not be handed to a trainer; nothing was sent.",
                "Build another version, which leaves out what stood in the way, and train on that."
            )
        default: ("The trainer gave this as its reason.", "Mend what it names, then start the job again.")
        }
    }
}
