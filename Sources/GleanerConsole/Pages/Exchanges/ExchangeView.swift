import Foundation
import GleanerCore
import GleanerExchanges

/// What `exchange.mustache` shows.
struct ExchangeView: Sendable {
    struct Fact: Sendable {
        let name: String
        let value: String
        /// A search that finds its like.
        var search: String?
    }
    struct Event: Sendable {
        let at: String
        let kind: String
        let tone: String
        let by: String?
        let what: String
        let text: [Span]
        let hasText: Bool
        let other: String?
    }
    struct Turn: Sendable {
        let id: String
        let at: String
        let status: String?
        let isShown: Bool
    }

    let id: String
    let at: String
    let badges: [ExchangeRow.Badge]
    let tiles: [Fact]
    let facts: [Fact]
    let messages: [MessageView]
    /// How many come before the first that is shown.
    let leftOut: String?
    let answers: [MessageView]
    let note: String?
    let events: [Event]
    let turns: [Turn]
    let previous: String?
    let following: String?
    /// None, or what evaluators found.
    let measured: [ExchangeMeasures]
    let requestBytes: String
    let responseBytes: String
    /// Whoever runs the queue may have it reviewed.
    let mayPick: Bool

    /// A conversation of thousands of messages is for the download; the page shows its end.
    static let mostMessages = 60

    init(
        _ whole: ExchangeReader.Whole, history: ExchangeHistory, marks: ExchangeMarks, turns: [ConversationTurn],
        measured: ExchangeMeasures, mayPick: Bool
    ) {
        let exchange = whole.exchange
        id = exchange.id.description
        at = exchange.receivedAt.ISO8601Format()
        badges = ExchangeRow.badges(exchange, marks)
        tiles = [
            Fact(name: "model", value: exchange.servedModel ?? exchange.requestedModel ?? Figure.unknown),
            Fact(name: "tokens in → out", value: Figure.tokens(exchange.promptTokens, exchange.completionTokens)),
            Fact(name: "cost", value: Figure.dollars(exchange.costUSD)),
            Fact(name: "whole answer", value: Figure.milliseconds(exchange.durationMS)),
            Fact(name: "first token", value: Figure.milliseconds(exchange.ttftMS)),
        ]
        facts = Self.facts(exchange)
        let all = whole.messages?.arrayValue ?? []
        leftOut = all.count > Self.mostMessages ? Figure.count(all.count - Self.mostMessages) : nil
        messages = all.suffix(Self.mostMessages).map { MessageView($0) }
        answers = (whole.answer?["choices"]?.arrayValue ?? []).map { choice in
            MessageView(choice["message"] ?? .null, finishReason: choice["finish_reason"]?.stringValue)
        }
        note = whole.projectionNote
        events = history.events.map(Self.event)
        self.turns = turns.map { turn in
            Turn(
                id: turn.id.description, at: turn.receivedAt.ISO8601Format(),
                status: turn.status == ExchangeStatus.completed.rawValue ? nil : turn.status,
                isShown: turn.id == exchange.id)
        }
        let place = turns.firstIndex { $0.id == exchange.id }
        previous = place.flatMap { $0 > 0 ? turns[$0 - 1].id.description : nil }
        following = place.flatMap { $0 + 1 < turns.count ? turns[$0 + 1].id.description : nil }
        self.measured = measured.evaluators.isEmpty ? [] : [measured]
        requestBytes = Figure.bytes(exchange.requestBytes)
        self.mayPick = mayPick
        responseBytes = Figure.bytes(exchange.responseBytes)
    }

    private static func facts(_ exchange: ExchangeSummary) -> [Fact] {
        func fact(_ name: String, _ value: String?, search parameter: String? = nil) -> Fact? {
            value.map { value in
                Fact(
                    name: name, value: Span.label(value),
                    search: parameter.map { "/exchanges?\($0)=\(Renderer.encode(value))" })
            }
        }
        return [
            fact("Conversation", exchange.conversation, search: "conversation"),
            fact("End user", exchange.endUser, search: "end_user"),
            fact("Route", exchange.route, search: "route"), fact("Variant", exchange.variant, search: "variant"),
            fact("Provider", exchange.provider, search: "provider"),
            fact("Asked for", exchange.requestedModel), fact("Endpoint", exchange.endpoint),
            fact("Status", exchange.reason.map { "\(exchange.status), \($0)" } ?? exchange.status),
            fact("HTTP status", exchange.httpStatus.map(String.init)), fact("Finish reason", exchange.finishReason),
            fact("Language", exchange.language, search: "language"), fact("Answer's language", exchange.answerLanguage),
            fact("Tags", exchange.tags.isEmpty ? nil : exchange.tags.joined(separator: ", ")),
            fact("Came by", exchange.source), fact("Completion id", exchange.completionID),
            fact("Request SHA-256", exchange.requestSHA256), fact("Response SHA-256", exchange.responseSHA256),
        ].compactMap { $0 }
    }

    private static func event(_ event: ExchangeHistory.Event) -> Event {
        let tone =
            switch event.kind {
            case .received, .attempt, .shadow: ""
            case .feedback, .pick: "warn"
            case .moderation: "bad"
            case .sample, .review: "accent"
            case .example, .exclusion: "good"
            }
        return Event(
            at: event.at.ISO8601Format(), kind: event.kind.rawValue, tone: tone, by: event.by.map(Span.label),
            what: Span.label(event.what), text: event.text.map { Span.visible($0) } ?? [], hasText: event.text != nil,
            other: event.other?.description)
    }
}
