import ArgumentParser
import Foundation
import GleanerCore
import GleanerEvaluation
import GleanerGateway
import GleanerRouting
import GleanerServer

struct CanaryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "canary",
        abstract: "Let a candidate take traffic by steps, and lose it again by itself if it disappoints.",
        discussion: "A running server watches canaries and decides within the plan. A pin keeps it from deciding.",
        subcommands: [
            Start.self, Status.self, Pin.self, Unpin.self, Promote.self, Rollback.self, End.self, Decisions.self,
        ])

    struct Common: ParsableArguments {
        @Option(help: "Whose canaries.") var project = "default"
        @Flag(help: "As JSON.") var json = false

        func withService<Value: Sendable>(
            _ body: (CanaryService, ID<Project>) async throws -> Value
        ) async throws -> Value {
            let environment = try await CommandEnvironment.load()
            let names = environment.configuration.providers?.names
            return try await environment.withDatabase { pool in
                let project = try await PostgresKeyStore(pool: pool).existingProject(named: project)
                let routes = RouteService(store: PostgresRouteStore(pool: pool)) { names }
                return try await body(
                    CanaryService(pool: pool, routes: ServedRouteWeights(service: routes)), project)
            }
        }

        func show(_ canary: Canary) throws {
            if json { return try Output.json(CanaryBodies.One(canary)) }
            print(CanaryCommand.line(canary))
        }

        /// Does what a person says, and shows what came of it.
        func command(
            _ id: String, _ note: String,
            _ body: (CanaryService, ID<Canary>, ID<Project>, String, String) async throws -> Canary
        ) async throws {
            let id = try CanaryCommand.id(id)
            try show(try await withService { try await body($0, id, $1, CommandEnvironment.actor, note) })
        }
    }

    static func id(_ text: String) throws -> ID<Canary> {
        guard let id = ID<Canary>(text) else { throw EvaluationError.canaryUnknown(text) }
        return id
    }

    static func line(_ canary: Canary) -> String {
        let share = String(format: "%.4g %%", canary.share * 100)
        let pin = canary.pinnedBy.map { "pinned by \($0)" }
        let parts: [String?] = [
            "\(canary.id)", canary.state.rawValue, canary.route, "\(canary.candidate) \(share) of \(canary.incumbent)",
            "step \(canary.step + 1) of \(canary.plan.steps.count)", canary.reason.rawValue, pin,
        ]
        return parts.compactMap { $0 }.joined(separator: "  ")
    }

    static func show(_ decisions: [Decision]) {
        for decision in decisions {
            print(
                "\(decision.createdAt.formatted(.iso8601))  \(decision.kind.rawValue)  \(decision.state.rawValue)  "
                    + "\(decision.actor)  \(decision.why)")
        }
    }

    struct Start: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Give the candidate its first share of the traffic.")
        @OptionGroup var common: Common
        @Argument(help: "The route.") var route: String
        @Option(help: "Variant of the route that is to prove itself.") var candidate: String
        @Option(help: "Variant whose traffic it takes.") var incumbent: String
        @Option(help: "A canary plan, JSON; - is standard input. Without one the standard plan.") var plan: String?
        @Option(help: "The evaluation that the candidate passed.") var evaluation: String?
        @Flag(help: "Without an evaluation that passed. The decision says so.") var skipGate = false

        func run() async throws {
            var request = CanaryService.Request(route: route, candidate: candidate, incumbent: incumbent)
            if let plan { request.plan = try Document.read(CanaryPlan.self, plan) }
            request.evaluation = try evaluation.map(Evaluate.id)
            request.skipsGate = skipGate
            let wanted = request
            try common.show(
                try await common.withService { try await $0.start(wanted, in: $1, by: CommandEnvironment.actor) })
        }
    }

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "One with its decisions, or all of them.")
        @OptionGroup var common: Common
        @Argument(help: "Its id; without one all are listed.") var id: String?
        @Option(help: "At most this many.") var limit = 50

        func run() async throws {
            let limit = min(max(limit, 1), 10_000)
            guard let id = try id.map(CanaryCommand.id) else {
                let canaries = try await common.withService { try await $0.canaries(of: $1, limit: limit) }
                if common.json { return try Output.json(CanaryBodies.Page(canaries, limit: limit)) }
                return canaries.forEach { print(CanaryCommand.line($0)) }
            }
            let (canary, decisions) = try await common.withService {
                (try await $0.canary(id, of: $1), try await $0.decisions(of: $1, canary: id, limit: limit))
            }
            if common.json { return try Output.json(CanaryBodies.One(canary, decisions: decisions)) }
            print(CanaryCommand.line(canary))
            CanaryCommand.show(decisions)
        }
    }

    struct Pin: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Nothing changes by itself until it is unpinned.")
        @OptionGroup var common: Common
        @Argument(help: "Its id.") var id: String
        @Option(help: "Why.") var note = ""
        func run() async throws {
            try await common.command(id, note) { try await $0.pin($1, in: $2, by: $3, note: $4) }
        }
    }

    struct Unpin: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Go on from the route as it is, whoever edited it; the step begins anew.")
        @OptionGroup var common: Common
        @Argument(help: "Its id.") var id: String
        @Option(help: "Why.") var note = ""
        func run() async throws {
            try await common.command(id, note) { try await $0.unpin($1, in: $2, by: $3, note: $4) }
        }
    }

    struct Promote: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "All traffic to the candidate now, proven or not.")
        @OptionGroup var common: Common
        @Argument(help: "Its id.") var id: String
        @Option(help: "Why.") var note = ""
        func run() async throws {
            try await common.command(id, note) { try await $0.promote($1, in: $2, by: $3, note: $4) }
        }
    }

    struct Rollback: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "No traffic to the candidate from now on.")
        @OptionGroup var common: Common
        @Argument(help: "Its id.") var id: String
        @Option(help: "Why.") var note = ""
        func run() async throws {
            try await common.command(id, note) { try await $0.rollBack($1, in: $2, by: $3, note: $4) }
        }
    }

    struct End: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Leave the route as it is, and stop watching.")
        @OptionGroup var common: Common
        @Argument(help: "Its id.") var id: String
        @Option(help: "Why.") var note = ""
        func run() async throws {
            try await common.command(id, note) { try await $0.end($1, in: $2, by: $3, note: $4) }
        }
    }

    struct Decisions: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "What was decided, by whom and why, newest first; of one canary, or of all gates and canaries.")
        @OptionGroup var common: Common
        @Argument(help: "A canary's id.") var id: String?
        @Option(help: "At most this many.") var limit = 50

        func run() async throws {
            let id = try id.map(CanaryCommand.id)
            let limit = min(max(limit, 1), 10_000)
            let decisions = try await common.withService { try await $0.decisions(of: $1, canary: id, limit: limit) }
            if common.json { return try Output.json(CanaryBodies.Decisions(decisions, limit: limit)) }
            CanaryCommand.show(decisions)
        }
    }
}
