import Foundation
import GleanerCore
import GleanerReview

/// `/queue/gold`: hidden checks with their right scores.
struct GoldPages: Sendable {
    struct View: Sendable {
        struct Item: Sendable {
            let exchange: String
            let scores: String
            let note: String
            let markedBy: String
            let markedAt: String
            let judged: Int
        }
        let items: [Item]
        let hasItems: Bool
        let questions: [QuestionView]
    }

    let desk: ReviewDesk

    func add(to console: ConsoleRouter) {
        console.page("queue/gold", for: .lead, show)
        console.action("queue/gold/mark", for: .lead, mark)
        console.action("queue/gold/unmark", for: .lead, unmark)
    }

    private func show(_ visit: Visit) async throws -> Page {
        let project = visit.project.id
        let rubric = try await desk.rubrics.rubric(desk.rubrics.settings(of: project).rubric, in: project)
        let items = try await desk.gold.all(of: project).map { item in
            View.Item(
                exchange: item.exchange.description,
                scores: item.scores.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "),
                note: item.note ?? "", markedBy: item.markedBy, markedAt: item.markedAt.ISO8601Format(),
                judged: item.judged)
        }
        let questions = rubric.scales.map { scale in
            var question = scale
            question.required = false
            return QuestionView(question, nil)
        }
        return Page(
            "gold", title: "Hidden checks", view: View(items: items, hasItems: !items.isEmpty, questions: questions))
    }

    private func mark(_ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        let given = try ReviewAnswers(form, besides: "exchange", "note")
        try await desk.gold.mark(
            try exchange(form), scores: given.scores, note: try form.text("note"),
            by: visit.person.handle.description, in: visit.project.id)
        return .seeOther("/queue/gold")
    }

    private func unmark(_ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        try form.allow("exchange")
        try await desk.gold.unmark(try exchange(form), in: visit.project.id)
        return .seeOther("/queue/gold")
    }

    private func exchange(_ form: Form) throws -> ID<Exchange> {
        guard let id = ID<Exchange>(try form.required("exchange")) else {
            throw FormError.field("exchange", "is no exchange's id")
        }
        return id
    }
}
