import Foundation
import GleanerCore
import GleanerFeedback

/// One judgement as the page and its module show it.
struct FeedbackRow: Sendable, Encodable {
    struct Tag: Sendable, Encodable {
        let parts: [VisiblePart]
    }
    let id: String
    let at: String
    /// In words: `thumb up`, `4 of 5`, `flag raised`.
    let what: String
    /// `good`, `bad`, `warn` or nothing.
    let tone: String
    /// Empty when it has none.
    let body: [VisiblePart]
    let hasBody: Bool
    let tags: [Tag]
    /// Where the exchange is shown; nil when none is known.
    let path: String?
    /// What it is about, in words.
    let subject: String
    /// Empty when nobody is named.
    let rater: [VisiblePart]
    let raterPath: String?
    /// How it came: `key`, `token` or `session`.
    let proof: String
    /// Why it is left out of promotion, in words.
    let marks: [String]

    init(_ item: FeedbackPage.Item) {
        id = item.id.description
        at = item.at.ISO8601Format()
        (what, tone) = Self.words(item.judgement)
        body = Self.text(item.judgement).map(VisiblePart.parts) ?? []
        hasBody = !body.isEmpty
        tags =
            if case .tags(let words) = item.judgement { words.map { Tag(parts: VisiblePart.parts(of: $0)) } } else {
                []
            }
        path = item.exchange.map { "/exchanges/\($0)" }
        subject = Self.words(item.subject)
        rater = item.rater.map(VisiblePart.parts) ?? []
        raterPath = item.rater.map { "/feedback?rater=" + Renderer.encode($0) }
        proof = item.proof
        marks = item.marks.map(\.meaning)
    }

    private static func words(_ judgement: Judgement) -> (String, String) {
        switch judgement {
        case .thumb(up: true): ("thumb up", "good")
        case .thumb(up: false): ("thumb down", "bad")
        case .score(let score):
            ("\(score.value) of 5", judgement.direction.map { $0 ? "good" : "bad" } ?? "")
        case .comment: ("comment", "")
        case .correction: ("better answer", "accent")
        case .flag(raised: true, _): ("flag raised", "warn")
        case .flag(raised: false, _): ("flag cleared", "")
        case .tags(let words): (words.isEmpty ? "tags taken back" : "tags", "")
        case .signal(let signal): (signal.rawValue, "")
        case .preference(let preference): (preference.isChosen ? "preferred" : "rejected", "accent")
        }
    }

    private static func text(_ judgement: Judgement) -> String? {
        switch judgement {
        case .comment(let text), .correction(let text): text
        case .flag(_, let reason): reason
        case .preference(let preference):
            switch preference.other {
            case .exchange(let id): "against exchange \(id)"
            case .completion(let id): "against completion \(id)"
            case .text(let text): text
            }
        default: nil
        }
    }

    private static func words(_ subject: Subject) -> String {
        switch subject {
        case .exchange, .completion: "exchange"
        case .conversation: "conversation"
        case .turn(let turn):
            switch turn.place {
            case .index(let index): "message \(index)"
            case .message: "message"
            }
        }
    }
}
