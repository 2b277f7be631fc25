public import GleanerCore

/// What is refused before anything is sent to a trainer.
public enum TuningError: Explained, Hashable {
    case fieldInvalid(String, wanted: String)
    case hyperparameterInvalid(name: String, wanted: String)
    case setWithdrawn(String, reason: String)
    case setNotApproved(String, has: Int, needs: Int)
    case setEmpty(String)
    case methodUnfit(TuningMethod, String, kind: TrainingSet.Kind)
    case providerUnknown(String)
    case noCommand
    case confirmationStale
    case jobUnknown(ID<TuningJob>)
    case jobEnded(ID<TuningJob>, TuningState)
    case jobRuns(ID<TuningJob>)
    /// In the trainer's words.
    case trainerRefused(String)

    public var explanation: Explanation {
        switch self {
        case .fieldInvalid(let name, let wanted):
            Explanation(
                status: 400, code: "tuning_field_invalid", what: "`\(name)` cannot be used.",
                why: "It should be \(wanted).", fix: "Correct it; docs/guide/tuning.md lists all of them.")
        case .hyperparameterInvalid(let name, let wanted):
            Explanation(
                status: 400, code: "hyperparameter_invalid",
                what: "The hyperparameter `\(name.prefix(64))` cannot be used.",
                why: "It should be \(wanted).", fix: "Leave it out to let the trainer choose; see `gleaner tune guide`."
            )
        case .setWithdrawn(let name, let reason):
            Explanation(
                status: 409, code: "dataset_version_withdrawn", what: "Dataset \(name) may not be trained on.",
                why: "It was withdrawn: \(reason)", fix: "Train on the version that replaced it, or build a new one.")
        case .setNotApproved(let name, let has, let needs):
            Explanation(
                status: 409, code: "dataset_version_not_approved", what: "Dataset \(name) may not be trained on yet.",
                why: "\(needs) people must approve it, and \(has) have.",
                fix: "Have it approved by others than its builder.")
        case .setEmpty(let name):
            Explanation(
                status: 409, code: "dataset_version_empty", what: "Dataset \(name) has nothing to train on.",
                why: "It has no rows in its train split.", fix: "Build a version with more examples.")
        case .methodUnfit(let method, let name, let kind):
            Explanation(
                status: 409, code: "tuning_method_unfit",
                what: "Dataset \(name) cannot be trained on by \(method.rawValue).",
                why: "It is of kind \(kind.rawValue); sft learns from sft, dpo from preference.",
                fix: "Choose the other method, or build a version of the kind that fits.")
        case .providerUnknown(let name):
            Explanation(
                status: 404, code: "tuning_provider_unknown", what: "There is no provider `\(name.prefix(64))`.",
                why: "None is configured under that name.", fix: "Name one of GLEANER_PROVIDERS, or `default`.")
        case .noCommand:
            Explanation(
                status: 409, code: "tuning_no_command", what: "There is no training program here.",
                why: "GLEANER_TUNING_COMMAND is not set.", fix: "Set it, as docs/guide/tuning.md describes.")
        case .confirmationStale:
            Explanation(
                status: 409, code: "tuning_confirmation_stale", what: "This confirmation is of something else.",
                why: "The request, the dataset version or the price is another than when it was estimated.",
                fix: "Ask for the estimate again, look at it, and repeat its `confirm`.")
        case .jobUnknown(let id):
            Explanation(
                status: 404, code: "tuning_job_unknown", what: "No tuning job \(id) is known.",
                why: "It is not of this project.", fix: "`gleaner tune list` shows what there is.")
        case .jobEnded(let id, let state):
            Explanation(
                status: 409, code: "tuning_job_ended", what: "Tuning job \(id) cannot be cancelled.",
                why: "It has \(state.rawValue).",
                fix: "Nothing to do; a model that is not wanted is taken off its route.")
        case .jobRuns(let id):
            Explanation(
                status: 409, code: "tuning_job_runs", what: "The files of tuning job \(id) cannot be deleted now.",
                why: "It has not ended, and may still need them.", fix: "Cancel it first, or wait.")
        case .trainerRefused(let words):
            Explanation(
                status: 502, code: "trainer_refused", what: "The trainer did not do what it was asked.",
                why: "It said: \(words.prefix(500))", fix: "Try again later, or look at the trainer's own console.")
        }
    }
}
