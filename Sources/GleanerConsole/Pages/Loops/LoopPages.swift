import Foundation
import GleanerCore
import GleanerLoop
import Hummingbird

/// `/loops`: what builds, tunes and measures by itself, and what it waits for; one of them with its rounds, and a
/// person's word.
struct LoopPages: Sendable {
    struct ListView: Sendable {
        let loops: [LoopCard]
        let hasLoops: Bool
        let rounds: [LoopRoundView]
        let hasRounds: Bool
        let mayStart: Bool
        let example: String
        var problem: String?
    }

    private static let pageSize = 20

    let service: LoopService

    func add(to console: ConsoleRouter) {
        console.page("loops", for: .read, list)
        console.page("loops/:name", for: .read) { visit in try await page(visit) }
        // It spends money and moves traffic.
        console.action("loops/put", for: .admin, put)
        console.action("loops/:name/start", for: .admin, start)
        console.action("loops/:name/resume", for: .admin) { visit, form in
            try await turn(visit, form) { try await service.resume($0, in: $1, by: $2, why: $3) }
        }
        console.action("loops/:name/pause", for: .engineer) { visit, form in
            try await turn(visit, form) { try await service.pause($0, in: $1, by: $2, why: $3) }
        }
        for word in LoopService.Word.allCases {
            let isStop = word == .hold || word == .cancel
            console.action("loops/rounds/:id/\(word.rawValue)", for: isStop ? .engineer : .admin) { visit, form in
                try await say(word, visit, form)
            }
        }
    }

    private func list(_ visit: Visit) async throws -> Page {
        let project = visit.project.id
        let recent = try await service.rounds(of: project, limit: Self.pageSize)
        let cards = try await service.standing(of: project).map { LoopCard($0.loop, round: $0.open, for: visit.role) }
        let past = recent.filter { $0.state != .running }.map { LoopRoundView($0, for: visit.role) }
        return Page(
            "loops", title: "Loops",
            view: ListView(
                loops: cards, hasLoops: !cards.isEmpty, rounds: past, hasRounds: !past.isEmpty,
                mayStart: visit.role.may(.admin), example: LoopForm.example),
            modules: cards.isEmpty ? [] : ["live.js"])
    }

    func page(
        _ visit: Visit, loop name: String? = nil, problem: String? = nil, typed: String? = nil
    ) async throws -> Page {
        let project = visit.project.id
        let loop = try await service.loop(name ?? self.name(visit), of: project)
        let before = visit.query("before").flatMap { ID<LoopRound>($0) }
        let rounds = try await service.rounds(of: project, loop: loop.name, before: before, limit: Self.pageSize)
        let view = LoopPageView(
            card: LoopCard(loop, round: try await service.openRound(of: loop), for: visit.role),
            rounds: rounds.filter { $0.state != .running }.map { LoopRoundView($0, for: visit.role) },
            events: try await service.events(of: loop.name, in: project, limit: 50),
            form: LoopForm(loop, typed: typed, problem: problem), role: visit.role,
            older: rounds.count == Self.pageSize ? rounds.last.map { "/loops/\(loop.name)?before=\($0.id)" } : nil)
        return Page("loop", title: "Loop \(loop.name)", view: view, modules: ["live.js"])
    }

    // MARK: A person's word

    private func put(_ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        try form.allow("name", "document", "note")
        let name = try form.required("name")
        let typed = try form.required("document")
        let problem: String
        do {
            guard let document = try? JSONValue(parsing: Array(typed.utf8)) else {
                throw LoopError.memberInvalid("", wanted: "a JSON object")
            }
            _ = try await service.put(
                document, as: name, in: visit.project.id, by: visit.person.handle.description,
                note: form.text("note") ?? "")
            return .seeOther(LoopPath.loop(name))
        } catch let error as any Explained where (400..<500).contains(error.explanation.status) {
            problem = Self.words(error)
        }
        do {
            return .page(try await page(visit, loop: name, problem: problem, typed: typed))
        } catch LoopError.loopUnknown {
            // A new one that cannot be made: the form again, on the list's page.
            return .page(
                Page("loop-new", title: "A new loop", view: LoopForm(name: name, typed: typed, problem: problem)))
        }
    }

    private func start(_ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        try await turn(visit, form) { try await service.start($0, in: $1, by: $2, why: $3) }
    }

    private func turn<Value>(
        _ visit: Visit, _ form: Form, _ body: (String, ID<Project>, String, String) async throws -> Value
    ) async throws -> ActionOutcome {
        try form.allow("why")
        let name = try name(visit)
        do {
            _ = try await body(name, visit.project.id, visit.person.handle.description, form.text("why") ?? "")
            return .seeOther(LoopPath.loop(name))
        } catch let error as LoopError {
            if case .loopUnknown = error { throw error }
            return .page(try await page(visit, problem: Self.words(error)))
        }
    }

    private func say(_ word: LoopService.Word, _ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        try form.allow("why", "sure")
        guard let id = ID<LoopRound>(try visit.parameters.require("id")) else { throw HTTPError(.notFound) }
        let loop = try await service.round(id, of: visit.project.id).loopName
        if word == .cancel, try form.text("sure") != "1" {
            return .page(
                try await page(visit, loop: loop, problem: "Nothing was cancelled: say first that you are sure."))
        }
        do {
            _ = try await service.say(
                word, over: id, in: visit.project.id, by: visit.person.handle.description,
                why: form.text("why") ?? "")
            return .seeOther(LoopPath.loop(loop))
        } catch let error as LoopError {
            if case .roundUnknown = error { throw error }
            return .page(try await page(visit, loop: loop, problem: Self.words(error)))
        }
    }

    private static func words(_ error: any Explained) -> String {
        let explanation = error.explanation
        return explanation.sentences
    }

    private func name(_ visit: Visit) throws -> String { try visit.parameters.require("name") }
}
