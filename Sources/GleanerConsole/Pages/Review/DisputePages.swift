import Foundation
import GleanerCore
import GleanerReview

/// `/queue/disputes`: items on which reviewers differ; a lead says what counts, and why.
struct DisputePages: Sendable {
    struct View: Sendable {
        struct Voice: Sendable {
            let reviewer: String
            let scores: [Score]
            let comment: [Span]
            let hasComment: Bool
            let diff: [DiffView]
            let hasCorrection: Bool
        }
        struct Score: Sendable {
            let question: String
            let points: Int
        }
        struct Item: Sendable {
            let exchange: String
            let isStuck: Bool
            let talk: Talk
            let voices: [Voice]
            let questions: [QuestionView]
        }
        let items: [Item]
        let hasItems: Bool
    }

    let desk: ReviewDesk

    func add(to console: ConsoleRouter) {
        console.page("queue/disputes", for: .lead, show)
        console.action("queue/disputes/decide", for: .lead, decide)
    }

    private func show(_ visit: Visit) async throws -> Page {
        let project = visit.project.id
        let rubric = try await desk.rubrics.rubric(desk.rubrics.settings(of: project).rubric, in: project)
        let items = try await desk.disputes.open(in: project, limit: 10).map { item in
            View.Item(
                exchange: item.exchange.description, isStuck: item.isStuck,
                talk: Talk(item.messages ?? [ReviewItem.unreadable], answer: item.answer ?? ReviewItem.unreadable),
                voices: item.voices.map { Self.voice($0, item.answer?["content"]?.stringValue ?? "") },
                questions: rubric.questions.map { QuestionView($0, nil) })
        }
        return Page("disputes", title: "Disputes", view: View(items: items, hasItems: !items.isEmpty))
    }

    private static func voice(_ voice: DisputedItem.Voice, _ answer: String) -> View.Voice {
        View.Voice(
            reviewer: voice.reviewer,
            scores: voice.scores.sorted { $0.key < $1.key }.map { View.Score(question: $0.key, points: $0.value) },
            comment: Span.visible(voice.comment ?? ""), hasComment: voice.comment != nil,
            diff: voice.correction.map { DiffView.parts(from: answer, to: $0) } ?? [],
            hasCorrection: voice.correction != nil)
    }

    private func decide(_ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        let given = try ReviewAnswers(form, besides: "exchange", "reason")
        guard let exchange = ID<Exchange>(try form.required("exchange")) else {
            throw FormError.field("exchange", "is none of this project's")
        }
        _ = try await desk.disputes.decide(
            exchange, given, reason: try form.required("reason"), by: visit.person.handle.description,
            in: visit.project.id)
        return .seeOther("/queue/disputes")
    }
}

/// A part of a word diff, for the partial `diff`.
struct DiffView: Sendable {
    let spans: [Span]
    let isAdded: Bool
    let isRemoved: Bool

    static func parts(from old: String, to new: String) -> [DiffView] {
        WordDiff(from: old, to: new).parts.map {
            DiffView(spans: Span.visible($0.text), isAdded: $0.kind == .added, isRemoved: $0.kind == .removed)
        }
    }
}
