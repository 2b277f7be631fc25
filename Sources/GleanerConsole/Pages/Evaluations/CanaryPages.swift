import Foundation
import GleanerCore
import GleanerEvaluation
import Hummingbird

/// `/canaries`: candidates that take traffic by steps; one of them with what it decided and why, and a person's word.
struct CanaryPages: Sendable {
    struct View: Sendable {
        struct Row: Sendable {
            let path: String
            let route: String
            let candidate: String
            let incumbent: String
            let standing: CanaryStanding
            let share: String
            let by: String
            let at: String
        }
        let rows: [Row]
        let hasRows: Bool
        let older: String?
    }

    static let pageSize = 50

    let service: CanaryService

    func add(to console: ConsoleRouter) {
        console.page("canaries", for: .read, list)
        console.page("canaries/:id", for: .read) { visit in try await page(visit) }
        for word in Word.allCases {
            console.action("canaries/:id/\(word.rawValue)", for: .engineer) { visit, form in
                try await say(word, visit, form)
            }
        }
    }

    private func list(_ visit: Visit) async throws -> Page {
        let before = visit.query("before").flatMap { ID<Canary>($0) }
        let found = try await service.canaries(of: visit.project.id, before: before, limit: Self.pageSize)
        let rows = found.map {
            View.Row(
                path: "/canaries/\($0.id)", route: $0.route, candidate: $0.candidate, incumbent: $0.incumbent,
                standing: CanaryStanding($0), share: Figure.percent($0.share), by: $0.author,
                at: $0.createdAt.ISO8601Format())
        }
        return Page(
            "canaries", title: "Canaries",
            view: View(
                rows: rows, hasRows: !rows.isEmpty,
                older: found.count == Self.pageSize ? found.last.map { "/canaries?before=\($0.id)" } : nil))
    }

    private func page(_ visit: Visit, problem: String? = nil, note: String = "") async throws -> Page {
        let (id, project) = (try id(visit), visit.project.id)
        let canary = try await service.canary(id, of: project)
        var view = CanaryView(
            canary, decisions: try await service.decisions(of: project, canary: id, limit: 100),
            points: try await service.points(id, of: project), mayDecide: visit.role.may(.engineer))
        view.problem = problem
        view.note = note
        return Page("canary", title: "Canary", view: view, modules: view.isRunning ? ["live.js"] : [])
    }

    /// What a person may say; the raw value is the action's path.
    enum Word: String, CaseIterable {
        case pin, unpin, promote, rollback, end

        /// Whether it changes who answers users, or cannot be taken back.
        var wantsConfirmation: Bool { self == .promote || self == .rollback || self == .end }
    }

    private func say(_ word: Word, _ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        try form.allow("note", "sure")
        let note = try form.text("note") ?? ""
        let (id, project, person) = (try id(visit), visit.project.id, visit.person.handle.description)
        if word.wantsConfirmation, try form.text("sure") != "1" {
            return .page(
                try await page(visit, problem: "Nothing was done: say first that you are sure.", note: note))
        }
        do {
            switch word {
            case .pin: _ = try await service.pin(id, in: project, by: person, note: note)
            case .unpin: _ = try await service.unpin(id, in: project, by: person, note: note)
            case .promote: _ = try await service.promote(id, in: project, by: person, note: note)
            case .rollback: _ = try await service.rollBack(id, in: project, by: person, note: note)
            case .end: _ = try await service.end(id, in: project, by: person, note: note)
            }
            return .seeOther("/canaries/\(id)")
        } catch let error as EvaluationError {
            if case .canaryUnknown = error { throw error }
            let explanation = error.explanation
            return .page(
                try await page(
                    visit, problem: explanation.sentences, note: note))
        }
    }

    private func id(_ visit: Visit) throws -> ID<Canary> {
        guard let id = ID<Canary>(try visit.parameters.require("id")) else { throw HTTPError(.notFound) }
        return id
    }
}

/// Where a canary stands, in words and with their colour.
struct CanaryStanding: Sendable {
    let word: String
    let tone: String

    init(_ canary: Canary) {
        switch canary.state {
        case .promoted: (word, tone) = ("promoted", "good")
        case .rolledBack: (word, tone) = ("rolled back", "bad")
        case .ended: (word, tone) = ("ended", "")
        case .running where canary.pinnedBy != nil: (word, tone) = ("pinned", "warn")
        case .running: (word, tone) = ("running", "accent")
        }
    }
}
