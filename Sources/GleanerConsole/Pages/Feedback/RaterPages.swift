import Foundation
import GleanerCore
import GleanerFeedback
import GleanerHTTP

/// `/feedback/raters`: whose judgements are left out, why, and a way to let them count again.
struct RaterPages: Sendable {
    struct View: Sendable {
        struct Mark: Sendable {
            struct Count: Sendable {
                let name: String
                let value: String
            }
            let meaning: String
            let since: String
            let until: String?
            let evidence: [Count]
            let seenAt: String
            let clearedAt: String?
            let clearedBy: String?
            let note: [VisiblePart]
            let hasNote: Bool
        }
        struct Rater: Sendable {
            let name: String
            let parts: [VisiblePart]
            let path: String
            let marks: [Mark]
            let canClear: Bool
        }
        let raters: [Rater]
        let cleared: [Rater]
        let done: String?
    }

    let store: RaterStore

    func add(to console: ConsoleRouter) {
        console.page("feedback/raters", for: .read) { visit in
            Page("raters", title: "Marked raters", view: try await view(visit))
        }
        console.action("feedback/raters/clear", for: .lead, clear)
    }

    private func view(_ visit: Visit, done: String? = nil) async throws -> View {
        let marks = try await store.marks(of: visit.project.id, areOpen: false)
        let canClear = visit.role.may(.lead)
        return View(
            raters: Self.raters(marks.filter { $0.clearedAt == nil }, canClear: canClear),
            cleared: Self.raters(marks.filter { $0.clearedAt != nil }, canClear: false), done: done)
    }

    private func clear(_ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        try form.allow("rater", "note")
        guard let rater = form.values("rater").first, !rater.isEmpty, !rater.utf8.contains(0) else {
            throw FormError.field("rater", "is missing")
        }
        let note = try form.text("note")
        guard (note?.unicodeScalars.count ?? 0) <= 500 else {
            throw FormError.field("note", "has more than 500 characters")
        }
        let count = try await store.clear(
            rater, of: visit.project.id, by: visit.person.handle.description, note: note)
        let done = count > 0 ? "The judgements count again." : "No mark was in force any more."
        return .page(Page("raters", title: "Marked raters", view: try await view(visit, done: done)))
    }

    /// In the order of the marks, each rater once.
    private static func raters(_ marks: [RaterMark], canClear: Bool) -> [View.Rater] {
        var order: [String] = []
        let byRater = Dictionary(grouping: marks, by: \.rater)
        for mark in marks where !order.contains(mark.rater) { order.append(mark.rater) }
        return order.map { rater in
            View.Rater(
                name: rater, parts: VisiblePart.parts(of: rater), path: "/feedback?rater=" + Renderer.encode(rater),
                marks: (byRater[rater] ?? []).map(View.Mark.init), canClear: canClear)
        }
    }
}

extension RaterPages.View.Mark {
    init(_ mark: RaterMark) {
        self.init(
            meaning: mark.reason.meaning, since: mark.since.ISO8601Format(), until: mark.until?.ISO8601Format(),
            // The limit last: what was found stands before what is allowed.
            evidence: mark.evidence.sorted { ($0.key == "limit" ? 1 : 0, $0.key) < ($1.key == "limit" ? 1 : 0, $1.key) }
                .map {
                    Count(name: $0.key.replacing("_", with: " "), value: Self.number($0.value))
                },
            seenAt: mark.seenAt.ISO8601Format(), clearedAt: mark.clearedAt?.ISO8601Format(),
            clearedBy: mark.clearedBy, note: mark.note.map(VisiblePart.parts) ?? [], hasNote: mark.note != nil)
    }

    /// Counts as they are, shares to two places, chances by their order.
    private static func number(_ value: Double) -> String {
        if let whole = Int(exactly: value) { return "\(whole)" }
        if value < 0.005 { return "under 0.01" }
        return SatisfactionView.decimal(value, places: 2)
    }
}
