public import GleanerCore

/// What keeps a dataset from beginning without traffic.
public enum BeginningError: Explained, Hashable {
    case nothingToImport(path: String)
    case topicsMissing
    case systemMissing
    case countInvalid(Int)
    case providerUnknown(String)
    case teacherRefused(status: Int, message: String)
    case teacherSilent(reason: String)

    public var explanation: Explanation {
        switch self {
        case .nothingToImport(let path):
            Explanation(
                status: 422, code: "examples_missing", what: "\(path) holds no example.",
                why: "It has no line that is not empty.", fix: "Write one {\"messages\": […]} a line.")
        case .topicsMissing:
            Explanation(
                status: 400, code: "draft_topics_missing", what: "There is nothing to write questions about.",
                why: "Neither topics nor example questions were given.",
                fix: "Give --topics with a file of one a line, or a list with commas, or --examples.")
        case .systemMissing:
            Explanation(
                status: 400, code: "draft_system_missing", what: "The system message is empty.",
                why: "Answers are written for it, and it goes into every example.",
                fix: "Give the one that the bot will run with: --system TEXT, or --system @FILE.")
        case .countInvalid(let count):
            Explanation(
                status: 400, code: "draft_count_invalid", what: "\(count) examples cannot be drafted.",
                why: "A run drafts 1 to 10000.",
                fix: "10 are the minimum for a fine-tune, 50 to 100 have a visible effect.")
        case .providerUnknown(let name):
            Explanation(
                status: 400, code: "draft_provider_unknown", what: "There is no provider `\(name.prefix(64))`.",
                why: "The teacher is asked through a configured provider.",
                fix: "Set GLEANER_PROVIDER_URL, or name one of GLEANER_PROVIDERS.")
        case .teacherRefused(let status, let message):
            Explanation(
                status: 502, code: "teacher_refused", what: "The teacher answers with status \(status).",
                why: "It says: \(message.prefix(300))",
                fix: "Put that right, then run the same command: it goes on where it was.")
        case .teacherSilent(let reason):
            Explanation(
                status: 502, code: "teacher_silent", what: "The teacher does not answer.", why: reason,
                fix: "Run the same command again when it does: it goes on where it was.")
        }
    }
}
