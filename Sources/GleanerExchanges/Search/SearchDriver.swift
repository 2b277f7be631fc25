import GleanerCore

/// The one index that a search walks along, newest first; every other condition is checked on what it meets.
///
/// Shape: the first of the filter's conditions that has an index of its own, those that few exchanges meet before those that
/// many do. Which one is a matter of speed alone: a step looks at a fixed number of rows whatever they hold.
enum SearchDriver: Sendable, Hashable {
    case conversation(String)
    case endUser(String)
    /// Those that have feedback of a kind: `thumb`, `score` or `flag`.
    case feedback(kind: String)
    case reviews
    case decisions
    /// Not completed, or an HTTP error.
    case failed
    case variant(String)
    /// One that few write.
    case language(String)
    /// All of the project.
    case time

    /// Those that `exchanges_project_id_language_idx` leaves out: looking at one exchange after the other finds them as soon.
    static let commonLanguages = ["en", "hi", "hi-Latn", "hi-en", "und"]

    init(_ filter: ExchangeFilter) {
        self =
            if let conversation = filter.conversation {
                .conversation(conversation)
            } else if let user = filter.endUser {
                .endUser(user)
            } else if filter.score != nil || filter.rating == .scored {
                .feedback(kind: "score")
            } else if filter.isReported == true {
                .feedback(kind: "flag")
            } else if filter.rating == .up || filter.rating == .down {
                .feedback(kind: "thumb")
            } else if filter.isReviewed == true || filter.judged != nil {
                .reviews
            } else if filter.isFlagged == true || filter.moderation == .flagged || filter.moderation == .blocked {
                .decisions
            } else if filter.isOfFailures {
                .failed
            } else if let variant = filter.variant, variant != ExchangeFilter.none {
                .variant(variant)
            } else if let language = filter.language, language != ExchangeFilter.none,
                !Self.commonLanguages.contains(language)
            {
                .language(language)
            } else {
                .time
            }
    }
}

extension ExchangeFilter {
    /// Whatever it finds is in `exchanges_project_id_failed_idx`.
    var isOfFailures: Bool {
        if let status, status != .completed { return true }
        if isFailed == true { return true }
        return switch httpStatus {
        case .errors: true
        case .exactly(let code): code >= 400
        case .hundred(let digit): digit >= 4
        case nil: false
        }
    }
}
