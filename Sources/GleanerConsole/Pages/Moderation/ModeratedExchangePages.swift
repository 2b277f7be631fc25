import Foundation
import GleanerCore
import GleanerHTTP
import GleanerModeration
import Hummingbird

/// `/moderation/exchanges/{id}`: what classifiers said of one exchange, what was decided, and a lead's word over it.
struct ModeratedExchangePages: Sendable {
    struct View: Sendable {
        struct Side: Sendable {
            let target: String
            /// Of a comment.
            let feedback: String?
            let heading: String
            let spans: [Span]
            let isUnreadable: Bool
            let current: DecisionRow?
            let actions: [String]
            let mayDecide: Bool
        }
        struct Score: Sendable {
            let category: String
            let value: String
            let isFlagged: Bool
        }
        struct Result: Sendable {
            let target: String
            let classifier: String
            let model: String?
            let status: String
            let tone: String
            let scores: [Score]
            let missing: [String]
            let latency: String
            let at: String
        }
        let exchange: String
        let sides: [Side]
        let decisions: [DecisionRow]
        let results: [Result]
        /// What was wrong with a decision just sent.
        var problem: String?
    }

    let service: ModerationService

    func add(to console: ConsoleRouter) {
        console.page("moderation/exchanges/:id", for: .read) { visit in
            page(try await view(visit, try Self.exchange(visit)))
        }
        console.action("moderation/exchanges/:id/decide", for: .lead, decide)
    }

    private func page(_ view: View) -> Page {
        Page("moderated-exchange", title: "Moderation of one exchange", view: view)
    }

    private static func exchange(_ visit: Visit) throws -> ID<Exchange> {
        guard let id = ID<Exchange>(visit.parameters.get("id") ?? "") else { throw Renderer.PageUnknown() }
        return id
    }

    private func view(_ visit: Visit, _ exchange: ID<Exchange>) async throws -> View {
        let history = try await service.history(of: exchange, in: visit.project.id)
        let texts = try await service.texts(of: exchange, in: visit.project.id)
        guard !texts.isEmpty || !history.decisions.isEmpty else { throw ModerationError.exchangeUnknown(exchange) }
        let current = Dictionary(history.current.map { ($0.subject, $0) }) { first, _ in first }
        return View(
            exchange: exchange.description,
            sides: texts.map { text in
                side(text.subject, text.text, current[text.subject], mayDecide: visit.role.may(.lead))
            },
            decisions: history.decisions.map(DecisionRow.init), results: history.results.map(Self.result))
    }

    private func side(
        _ subject: ModerationSubject, _ text: String?, _ current: StoredDecision?, mayDecide: Bool
    ) -> View.Side {
        let isComment = subject.target == .comment
        return View.Side(
            target: subject.target.rawValue, feedback: isComment ? subject.subject.lowercased : nil,
            heading: Self.heading(subject.target), spans: text.map(Self.spans) ?? [], isUnreadable: text == nil,
            current: current.map(DecisionRow.init),
            actions: ModerationAction.allCases.filter { $0 != .unknown }.map(\.rawValue), mayDecide: mayDecide)
    }

    private static func heading(_ target: ModerationTarget) -> String {
        switch target {
        case .prompt: "What the user wrote"
        case .response: "What the model answered"
        case .comment: "A comment"
        }
    }

    /// The text with what the patterns find in it marked, and what nobody would see made visible.
    private static func spans(_ text: String) -> [Span] {
        let bytes = Array(text.utf8)
        var spans: [Span] = []
        var position = 0
        func plain(to end: Int) {
            spans += Span.visible(String(decoding: bytes[position..<end], as: UTF8.self))
        }
        for find in PIIScanner().scan(text) {
            plain(to: find.range.lowerBound)
            for var span in Span.visible(String(decoding: bytes[find.range], as: UTF8.self)) {
                span.isStrong = true
                spans.append(span)
            }
            position = find.range.upperBound
        }
        plain(to: bytes.count)
        return spans
    }

    private static func result(_ stored: StoredResult) -> View.Result {
        let result = stored.result
        let scores = result.scores.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(20)
        return View.Result(
            target: stored.subject.target.rawValue, classifier: stored.classifier, model: result.model,
            status: result.failure?.rawValue.replacing("_", with: " ") ?? result.status.rawValue,
            tone: result.status == .ok ? "good" : "warn",
            scores: scores.map {
                .init(
                    category: $0.key, value: String(format: "%.3f", $0.value), isFlagged: result.flags.contains($0.key))
            }, missing: result.missing, latency: String(format: "%.1f ms", stored.latencyMilliseconds),
            at: stored.at.ISO8601Format())
    }

    private func decide(_ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        try form.allow("target", "feedback", "action", "reason")
        let exchange = try Self.exchange(visit)
        guard let target = ModerationTarget(rawValue: try form.required("target")),
            let action = ModerationAction(rawValue: try form.required("action"))
        else { throw FormError.field("action", "is none of allow, flag, redact and block") }
        let comment = try form.text("feedback").flatMap(UUID.init(uuidString:))
        do {
            _ = try await service.override(
                ModerationSubject(exchange: exchange, target: target, comment: comment), with: action,
                reason: try form.text("reason") ?? "", by: visit.person.handle.description, in: visit.project.id)
        } catch let error as ModerationError where error == .reasonInvalid {
            var view = try await view(visit, exchange)
            view.problem = "\(error.explanation.what) \(error.explanation.fix)"
            return .page(page(view))
        }
        return .seeOther("/moderation/exchanges/\(exchange)")
    }
}
