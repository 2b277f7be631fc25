import ArgumentParser
import Foundation
import GleanerCore
import GleanerEvaluation
import GleanerServer

struct Evaluators: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What is measured of exchanges that have landed, and what came of it.",
        subcommands: [
            List.self, Set.self, Run.self, Status.self, Results.self, Judge.self, Spelling.self, Corpus.self,
            Measure.self,
        ])

    struct Common: ParsableArguments {
        @Option(help: "Whose.") var project = "default"
        @Flag(help: "As JSON.") var json = false

        func withService<Value: Sendable>(
            _ body: (EvaluatorService, ID<Project>) async throws -> Value
        ) async throws -> Value {
            let environment = try await CommandEnvironment.load()
            return try await environment.withDatabase { pool in
                let project = try await PostgresKeyStore(pool: pool).existingProject(named: project)
                return try await body(EvaluatorService(pool: pool), project)
            }
        }
    }

    /// The time of which results are shown.
    struct Range: ParsableArguments {
        @Option(help: "From this time on, ISO 8601; else the last 30 days.") var from: String?
        @Option(help: "Before this time, ISO 8601; else now.") var to: String?

        func times() throws -> (from: Date, to: Date) {
            let to = try self.to.map(Prices.time) ?? Date()
            return (try from.map(Prices.time) ?? to.addingTimeInterval(-30 * 86_400), to)
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The policy in force: which evaluators, on what share.")
        @OptionGroup var common: Common
        @Flag(help: "List the versions, newest first.") var versions = false

        func run() async throws {
            if versions {
                let versions = try await common.withService { try await $0.policies(of: $1, limit: 500) }
                if common.json { return try Output.json(EvaluatorBodies.Policies(versions)) }
                for version in versions {
                    let names = version.policy.evaluators.map(\.name).joined(separator: "+")
                    print(
                        "\(version.version)  \(version.at.formatted(.iso8601))  \(version.author)  \(names)  \(version.note)"
                    )
                }
                return
            }
            let version = try await common.withService { try await $0.policy(of: $1) }
            if common.json { return try Output.json(EvaluatorBodies.Policy(version)) }
            if version.policy.evaluators.isEmpty {
                return print("none. To begin: gleaner evaluators set --standard")
            }
            for choice in version.policy.evaluators {
                let pause = choice.isPaused ? "  paused" : ""
                print("\(choice.name)  \(choice.kind.rawValue)  share \(choice.share)\(pause)")
            }
        }
    }

    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put a policy in force.",
            discussion: "It holds for what lands from now on; `gleaner evaluators run` evaluates what is stored.")
        @OptionGroup var common: Common
        @Argument(help: "The policy's file, JSON; - is standard input.") var file: String?
        @Flag(help: "The evaluators that ask nobody, on all exchanges.") var standard = false
        @Option(help: "Why, kept with the version.") var note = ""
        @Option(help: "Refuse unless this version is in force.") var expect: Int64?

        func validate() throws {
            if (file == nil) == !standard { throw ValidationError("Name a file, or --standard.") }
        }

        func run() async throws {
            let policy = try read()
            let version = try await common.withService {
                try await $0.put(
                    policy, of: $1, author: CommandEnvironment.actor, note: note, expected: expect)
            }
            if common.json { return try Output.json(EvaluatorBodies.Policy(version)) }
            print("version \(version.version) is in force. For what is stored: gleaner evaluators run")
        }

        private func read() throws -> EvaluatorPolicy {
            guard let file else { return .standard }
            let data =
                file == "-"
                ? FileHandle.standardInput.readDataToEndOfFile() : FileManager.default.contents(atPath: file)
            guard let data else { throw CommandError.notFound(file) }
            return try EvaluatorPolicy(parsing: data)
        }
    }

    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Evaluate what is stored already, by the policy in force.",
            discussion:
                "Makes a job that a running server does; `gleaner jobs --kind evaluate.backfill` tells how far it is.")
        @OptionGroup var common: Common
        @Option(help: "Only exchanges received from then on, ISO 8601. Else all.") var since: String?
        @Option(help: "Only this evaluator; may be given several times.") var evaluator: [String] = []

        func run() async throws {
            let start = try since.map(Prices.time)
            let job = try await common.withService {
                try await $0.backfill(in: $1, since: start, names: evaluator)
            }
            if common.json { return try Output.json(EvaluatorBodies.Running(job: job)) }
            print("job \(job)")
        }
    }

    struct Results: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "What evaluators have said of an exchange, or over a time.")
        @OptionGroup var common: Common
        @OptionGroup var range: Range
        @Option(help: "Of this exchange.") var exchange: String?
        @Option(help: "Only this evaluator.") var evaluator: String?

        func run() async throws {
            if let exchange {
                guard let id = ID<Exchange>(exchange) else { throw CommandError.notFound("exchange \(exchange)") }
                let (results, superseded) = try await common.withService {
                    (try await $0.results(of: id, in: $1), try await $0.superseded(of: id, in: $1))
                }
                if common.json {
                    return try Output.json(EvaluatorBodies.Results(id, results, superseded: superseded))
                }
                for result in results where evaluator == nil || result.evaluator == evaluator {
                    let value = result.value.map { String(format: "%.4f", $0) } ?? result.failure ?? "–"
                    print("\(result.evaluator)@\(result.version)  \(result.measure)  \(value)")
                }
                return
            }
            let (from, to) = try range.times()
            let summary = try await common.withService {
                try await $0.summary(of: $1, evaluator: evaluator, from: from, to: to)
            }
            if common.json { return try Output.json(EvaluatorBodies.Summary(summary, from: from, to: to)) }
            for measure in summary {
                let figures = [measure.mean, measure.p10, measure.p50, measure.p90].map { value in
                    value.map { String(format: "%.4f", $0) } ?? "–"
                }
                print(
                    "\(measure.evaluator)@\(measure.version)  \(measure.measure)  n \(measure.count)  mean \(figures[0])  "
                        + "p10 \(figures[1])  p50 \(figures[2])  p90 \(figures[3])  failed \(measure.failures)")
            }
        }
    }
}
