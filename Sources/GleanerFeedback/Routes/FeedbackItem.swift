import Foundation
import GleanerCore
import Hummingbird

/// A judgement as JSON shows it: its own members, and no others.
struct FeedbackItem: Encodable {
    let id: ID<Feedback>
    let kind: String
    var thumb: String?
    var score: Int16?
    var body: String?
    var raised: Bool?
    var tags: [String]?
    var chosen: Bool?
    var other_exchange_id: ID<Exchange>?
    var other_completion_id: String?
    var exchange_id: ID<Exchange>?
    var conversation: String?
    var message_index: Int32?
    var message_id: String?
    let rater: String?
    let source: String
    let proof: String
    let created_at: Date
    /// Why it is left out of promotion.
    var marks: [String]?

    private init(
        _ id: ID<Feedback>, _ judgement: Judgement, _ subject: Subject, rater: String?, source: String, proof: String,
        at time: Date
    ) {
        self.id = id
        kind = judgement.kind
        self.rater = rater
        self.source = source
        self.proof = proof
        created_at = time
        say(judgement)
        switch subject {
        case .exchange, .completion: break
        case .conversation(let name): conversation = name
        case .turn(let turn):
            conversation = turn.conversation
            switch turn.place {
            case .index(let index): message_index = index
            case .message(let id): message_id = id
            }
        }
    }

    private mutating func say(_ judgement: Judgement) {
        switch judgement {
        case .thumb(let up): thumb = up ? "up" : "down"
        case .score(let value): score = value.value
        case .comment(let text), .correction(let text): body = text
        case .flag(let isRaised, let reason):
            raised = isRaised
            body = reason
        case .tags(let words): tags = words
        case .signal: break
        case .preference(let preference):
            chosen = preference.isChosen
            switch preference.other {
            case .exchange(let id): other_exchange_id = id
            case .completion(let id): other_completion_id = id
            case .text(let text): body = text
            }
        }
    }
}

extension FeedbackItem {
    /// In a list of one exchange's feedback, which needs not say whose it is.
    init(_ stored: StoredFeedback) {
        self.init(
            stored.id, stored.judgement, stored.subject, rater: stored.rater, source: stored.source,
            proof: stored.proof.rawValue, at: stored.at)
    }

    init(_ item: FeedbackPage.Item) {
        self.init(
            item.id, item.judgement, item.subject, rater: item.rater, source: item.source, proof: item.proof,
            at: item.at)
        exchange_id = item.exchange
        marks = item.marks.map(\.rawValue)
    }
}

/// `GET /api/exchanges/{id}/feedback`.
struct FeedbackListed: Encodable, ResponseEncodable {
    /// What it comes to: of each rater and kind, the newest.
    struct Current: Encodable {
        let ups: Int
        let downs: Int
        let scores: [Int16]
        let corrections: [String]
        let flagged: Bool
        let tags: [String: Int]
        let signals: [String: Int]
        let preferred: Int
        let rejected: Int
    }
    /// All that was ever said, newest first, a page at a time.
    let feedback: [FeedbackItem]
    /// Pass as `before` for the next page; null on the last one.
    let next: ID<Feedback>?
    /// On the first page.
    let current: Current?

    /// - Parameter stored: one more than `limit` when there is another page.
    init(_ stored: [StoredFeedback], limit: Int, current: CurrentJudgement?) {
        feedback = stored.prefix(limit).map(FeedbackItem.init)
        next = stored.count > limit ? stored[limit - 1].id : nil
        self.current = current.map { current in
            Current(
                ups: current.ups, downs: current.downs, scores: current.scores.map(\.value),
                corrections: current.corrections, flagged: current.hasOpenFlag, tags: current.tags,
                signals: Dictionary(current.signals.map { ($0.key.rawValue, $0.value) }) { first, _ in first },
                preferred: current.preferred, rejected: current.rejected)
        }
    }
}
