import ArgumentParser
import AsyncCurl
import Foundation
import GleanerCore
import GleanerEvaluation
import GleanerGateway
import GleanerLoop
import GleanerRouting
import GleanerServer

struct Loops: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Build, compare, approve, tune, gate and canary, again and again, as a document says.",
        discussion: """
            A running server looks at each loop's trigger and takes its rounds on. `put` gives a loop its document: whoever \
            does agrees to what it may spend. A round that holds goes on by `continue`, or without the step by `skip`.
            """,
        subcommands: [
            List.self, Show.self, Check.self, Put.self, Pause.self, Resume.self, Start.self, Rounds.self, Hold.self,
            Continue.self, Skip.self, Cancel.self, Events.self,
        ])

    struct Common: ParsableArguments {
        @Option(help: "Whose loops.") var project = "default"
        @Flag(help: "As JSON.") var json = false

        func withService<Value: Sendable>(
            _ body: (LoopService, ID<Project>) async throws -> Value
        ) async throws -> Value {
            let environment = try await CommandEnvironment.load()
            let client = CurlClient()
            defer { client.shutdown() }
            return try await environment.withDatabase { pool in
                let project = try await PostgresKeyStore(pool: pool).existingProject(named: project)
                let providers = environment.configuration.providersByName
                let tuning = TuningParts(
                    pool: pool, client: client, providers: providers, configuration: environment.configuration,
                    logger: environment.logger)
                let routes = RouteService(store: PostgresRouteStore(pool: pool)) { providers.names }
                let parts = LoopParts(
                    pool: pool, providers: providers, tuning: tuning.service,
                    evaluations: EvaluationService(pool: pool) { providers.names },
                    canaries: CanaryService(pool: pool, routes: ServedRouteWeights(service: routes)),
                    interval: environment.configuration.loopInterval, logger: environment.logger)
                return try await body(parts.service, project)
            }
        }

        /// Does something with a loop, and shows it as it is then.
        func show(_ body: (LoopService, ID<Project>) async throws -> Loop) async throws {
            let (loop, open) = try await withService {
                let loop = try await body($0, $1)
                return (loop, try await $0.openRound(of: loop))
            }
            if json { return try Output.json(LoopBodies.One(loop, round: open)) }
            print(Loops.line(loop, open))
        }

        func show(_ round: LoopRound) throws {
            if json { return try Output.json(LoopBodies.Round(round)) }
            print(Loops.text(round))
        }

        /// Says something over the open round of a loop.
        func say(_ word: LoopService.Word, over name: String, _ why: String) async throws {
            try show(
                try await withService { service, project in
                    guard let open = try await service.rounds(of: project, loop: name, limit: 1).first else {
                        throw LoopError.roundUnknown("of loop \(name)")
                    }
                    return try await service.say(
                        word, over: open.id, in: project, by: CommandEnvironment.actor, why: why)
                })
        }
    }

    static func line(_ loop: Loop, _ round: LoopRound?) -> String {
        let standing =
            loop.pausedBy.map { "paused by \($0)" } ?? round.map { "round \($0.number) is under way" }
            ?? "waits for \(loop.waitsFor)"
        return [loop.name, "version \(loop.version)", standing, loop.standing.trouble].compactMap(\.self)
            .joined(separator: "  ")
    }

    static func text(_ round: LoopRound) -> String {
        let head = [
            "\(round.id)", "\(round.loopName) round \(round.number)", round.state.rawValue, "by \(round.startedBy)",
            round.createdAt.ISO8601Format(), round.reason,
        ].compactMap(\.self).joined(separator: "  ")
        let steps = round.steps.map { step in
            let name = step.name.rawValue.padding(toLength: 8, withPad: " ", startingAt: 0)
            let state = step.state.rawValue.padding(toLength: 9, withPad: " ", startingAt: 0)
            return (["  \(name)", state] + [step.made, step.reason].compactMap(\.self)).joined(separator: "  ")
        }
        return ([head] + steps).joined(separator: "\n")
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "All of them, and what each waits for.")
        @OptionGroup var common: Common

        func run() async throws {
            let loops = try await common.withService { try await $0.standing(of: $1) }
            if common.json {
                return try Output.json(LoopBodies.List(loops.map { LoopBodies.One($0.loop, round: $0.open) }))
            }
            if loops.isEmpty { print("there is no loop yet: gleaner loops put NAME FILE") }
            for (loop, round) in loops { print(Loops.line(loop, round)) }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "One with its document, and the round under way.")
        @OptionGroup var common: Common
        @Argument(help: "Its name.") var name: String

        func run() async throws {
            let (loop, open) = try await common.withService {
                let loop = try await $0.loop(name, of: $1)
                return (loop, try await $0.openRound(of: loop))
            }
            if common.json { return try Output.json(LoopBodies.One(loop, round: open)) }
            print(Loops.line(loop, open))
            print(String(decoding: try loop.document.rendered.canonicalBytes(), as: UTF8.self))
            if let open { print(Loops.text(open)) }
        }
    }
}
