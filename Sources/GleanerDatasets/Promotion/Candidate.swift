import Foundation
import GleanerCore

/// An exchange that somebody judged, as promotion looks at it.
struct Candidate: Sendable, Hashable {
    struct Review: Sendable, Hashable {
        let id: String
        let reviewer: String
        let lowest: Int
        let scores: JSONValue
        let correction: String?
    }
    struct Feedback: Sendable, Hashable {
        let id: String
        let kind: String
        let rater: String?
        let thumb: Int?
        let score: Int?
        let body: String?
        let raised: Bool?
        /// Why its rater's judgements are left out; `nil` when they count.
        var mark: String?
        /// What moderation decided of its text, the newest.
        var moderation: String?
        /// Personal data has been replaced in its text.
        var isRedacted = false

        /// A flag only keeps things out, so it counts whoever raised it.
        var counts: Bool { mark == nil || kind == "flag" }
    }

    /// What moderation decided, of each side the newest.
    struct Moderation: Sendable, Hashable {
        /// The project has a policy of its own: what is not decided is then not clean.
        var isRequired = false
        /// `prompt` and `response` to `allow`, `unknown`, `flag`, `redact` or `block`.
        var actions: [String: String] = [:]
        /// Personal data has been replaced in what is promoted.
        var isRedacted = false
    }

    /// Two answers to the prompt of this exchange, one of which somebody chose.
    struct Pairing: Sendable, Hashable {
        enum Source: String, Sendable, Hashable {
            /// A reviewer compared two exchanges side by side.
            case comparison
            /// An end user said which one was better.
            case preference
        }
        let id: String
        let source: Source
        let by: String?
        /// This exchange's answer was the chosen one.
        let isChosen: Bool
        /// The exchange on the other side; `nil` for a text that no exchange holds.
        let other: String?
        /// What the other side said.
        let answer: JSONValue?
        /// The other side answered the same messages.
        let samePrompt: Bool
        /// Why its rater's judgements are left out.
        var mark: String?
        /// Which model wrote the other side, and how many fine-tunes deep it is.
        var otherModel: String?
        var otherGeneration = 0
        /// What moderation decided of the other side, the newest.
        var moderation: String?
        /// Personal data has been replaced in the other side.
        var isRedacted = false
    }

    /// A better answer than the original.
    struct Correction: Sendable, Hashable {
        let text: String
        /// `nil`: a reviewer wrote it.
        var feedback: Feedback?
        var source: String { feedback == nil ? "reviewer_correction" : "user_correction" }
    }

    let id: ID<Exchange>
    let receivedAt: Date
    let endpoint: String
    let status: String
    let httpStatus: Int?
    let isComplete: Bool
    let finishReason: String?
    let conversation: String?
    let endUser: String?
    let servedModel: String?
    let messages: [JSONValue]?
    /// The first choice's message.
    let answer: JSONValue?
    let tools: JSONValue?
    let parallelToolCalls: JSONValue?
    /// Oldest first.
    let reviews: [Review]
    /// The newest of each rater and kind, oldest first; those of marked raters too.
    let said: [Feedback]
    var moderation = Moderation()
    var route: String?
    var tags: [String] = []
    /// Of what the user said last, and of the answer.
    var language: String?
    var answerLanguage: String?
    /// How many fine-tunes deep the model is that answered: 0 for a base model.
    var generation = 0
    /// Oldest first; those of marked raters too.
    var pairings: [Pairing] = []

    /// A teacher model wrote the question.
    var isSynthetic: Bool { tags.contains("synthetic") }
    /// Everybody who voted: votes without a name are one voice.
    var voters: [String] { Set(feedback.filter { $0.thumb != nil || $0.score != nil }.map { $0.rater ?? "" }).sorted() }
    /// The newest choice between this answer and another to the same messages, reviewers' before users'.
    var pairing: Pairing? {
        let counting = pairings.filter { $0.mark == nil && $0.samePrompt }
        return counting.last { $0.source == .comparison } ?? counting.last
    }

    /// What counts of it.
    var feedback: [Feedback] { said.filter(\.counts) }
    var leftOut: [Feedback] { said.filter { !$0.counts } }

    /// What tells an example's worth against its duplicates: reviewed before rated, then higher.
    var rank: Double {
        if let lowest = reviews.map(\.lowest).min() { return 100 + Double(lowest) }
        return Double(netThumbs) + (meanScore ?? 0)
    }
    var netThumbs: Int { feedback.compactMap(\.thumb).reduce(0, +) }
    var meanScore: Double? {
        let scores = feedback.compactMap(\.score)
        return scores.isEmpty ? nil : Double(scores.reduce(0, +)) / Double(scores.count)
    }
    var openFlags: [Feedback] { feedback.filter { $0.raised == true } }

    /// The better answer that a policy takes instead of the original. What a user wrote counts where no reviewer looked:
    /// nobody has read it, and a review outweighs what users say.
    func correction(_ policy: PromotionPolicy) -> Correction? {
        guard policy.answer == .correctionPreferred || policy.answer == .correctionOnly else { return nil }
        if let text = reviews.last(where: { $0.correction != nil })?.correction { return Correction(text: text) }
        guard policy.acceptUserCorrections, reviews.isEmpty,
            let said = feedback.last(where: { $0.kind == "correction" }), let text = said.body
        else { return nil }
        return Correction(text: text, feedback: said)
    }

    /// The model whose answer is learnt, and how many fine-tunes deep it is; `nil` where a person wrote it.
    func writer(_ policy: PromotionPolicy) -> (model: String?, generation: Int)? {
        if policy.kind != .unpaired, correction(policy) != nil { return nil }
        guard policy.kind == .preference, let pairing, !pairing.isChosen else { return (servedModel, generation) }
        return pairing.other.map { _ in (pairing.otherModel, pairing.otherGeneration) }
    }
}

/// Why a candidate was left out: the first gate that stopped it.
struct Exclusion: Error, Sendable, Hashable {
    let reason: String
    let detail: String
}
