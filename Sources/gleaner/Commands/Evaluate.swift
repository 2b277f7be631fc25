import ArgumentParser
import Foundation
import GleanerCore
import GleanerEvaluation
import GleanerGateway
import GleanerIngest
import GleanerServer

struct Evaluate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Have a candidate and the incumbent answer the holdout, and read the verdict.",
        discussion: """
            The holdout is what a dataset version keeps from training. `start` shows what it would cost and spends nothing; \
            with --yes a running server does the work. `verdict` ends with status 0 only for a candidate that passed.
            """,
        subcommands: [Start.self, Status.self, List.self, Verdict.self, Conclude.self])

    struct Common: ParsableArguments {
        @Option(help: "Whose evaluations.") var project = "default"
        @Flag(help: "As JSON.") var json = false

        func withService<Value: Sendable>(
            _ body: (EvaluationService, ID<Project>) async throws -> Value
        ) async throws -> Value {
            let environment = try await CommandEnvironment.load()
            let names = environment.configuration.providers?.names
            return try await environment.withDatabase { pool in
                let project = try await PostgresKeyStore(pool: pool).existingProject(named: project)
                let prices = ListedPrices(table: PriceTable(try await PriceStore(pool: pool).all()))
                return try await body(EvaluationService(pool: pool, prices: prices) { names }, project)
            }
        }
    }

    /// Prices as they are when the command begins.
    private struct ListedPrices: ModelPrices {
        let table: PriceTable
        func rates(of model: String, from provider: String) async throws -> (input: Double, output: Double)? {
            table.price(of: model, from: provider, at: Date()).map { ($0.rates.input, $0.rates.output) }
        }
    }

    static func id(_ text: String) throws -> ID<Evaluation> {
        guard let id = ID<Evaluation>(text) else { throw EvaluationError.evaluationUnknown(text) }
        return id
    }

    static func line(_ evaluation: Evaluation) -> String {
        let parts: [String?] = [
            "\(evaluation.id)", evaluation.state.rawValue, evaluation.report?.verdict.rawValue,
            "\(evaluation.candidate.model) against \(evaluation.incumbent.model)",
            "\(evaluation.dataset)@\(evaluation.versionNumber)",
            "\(evaluation.answered) of \(evaluation.items * 2) answers", evaluation.failure,
        ]
        return parts.compactMap { $0 }.joined(separator: "  ")
    }

    struct Start: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Estimate what it costs, or begin it with --yes.")
        @OptionGroup var common: Common
        @Option(help: "The dataset, NAME or NAME@VERSION; without a version the newest.") var dataset: String
        @Option(help: "The candidate, MODEL or PROVIDER/MODEL.") var candidate: String
        @Option(help: "The incumbent, MODEL or PROVIDER/MODEL.") var incumbent: String
        @Option(help: "A gate policy, JSON; - is standard input. Without one the standard policy.") var policy: String?
        @Option(help: "A model that judges both answers, MODEL or PROVIDER/MODEL; for the standard policy.")
        var judge: String?
        @Option(help: "Asked again under the same key it is the same evaluation.") var key: String?
        @Option(name: .customLong("limit-usd"), help: "Refuse when the estimate is above.") var limitUSD: Double?
        @Flag(help: "Agree to the cost and begin.") var yes = false

        func run() async throws {
            let request = try request()
            if !yes {
                let estimate = try await common.withService { try await $0.estimate(request, in: $1) }
                if common.json { return try Output.json(EvaluationBodies.Estimated(estimate)) }
                return print(
                    "\(estimate.items) items, \(estimate.requests) requests, about \(estimate.inputTokens) tokens in and "
                        + "\(estimate.outputTokens) out: " + Self.price(estimate)
                        + "\nNothing was spent. Begin with --yes.")
            }
            let author = CommandEnvironment.actor
            let evaluation = try await common.withService { try await $0.start(request, in: $1, by: author) }
            if common.json { return try Output.json(EvaluationBodies.One(evaluation)) }
            print(Evaluate.line(evaluation))
        }

        private static func price(_ estimate: GateEstimate) -> String {
            guard let usd = estimate.usd else {
                return "no price is known of \(estimate.unpriced.joined(separator: ", "))"
            }
            return String(format: "about %.4f US dollars", usd)
        }

        private func request() throws -> EvaluationService.Request {
            let parts = dataset.split(separator: "@", maxSplits: 1)
            let version = parts.count > 1 && parts[1] != "latest" ? Int(parts[1]) : nil
            guard let name = parts.first, parts.count == 1 || version != nil || parts[1] == "latest" else {
                throw CommandError.unusable("`\(dataset)` is no dataset version.", fix: "Write NAME or NAME@3.")
            }
            var request = EvaluationService.Request(
                dataset: String(name), version: version, candidate: Self.choice(candidate),
                incumbent: Self.choice(incumbent))
            let judge = judge.map { text -> JudgeChoice in
                let choice = Self.choice(text)
                return JudgeChoice(provider: choice.provider, model: choice.model)
            }
            if let policy {
                request.policy = try Document.read(GatePolicy.self, policy)
            } else {
                request.policy = GatePolicy(judge: judge)
            }
            request.key = key
            request.limitUSD = limitUSD
            return request
        }

        /// A model's own name may hold a slash; what is before the first one is a provider.
        private static func choice(_ text: String) -> ModelChoice {
            let parts = text.split(separator: "/", maxSplits: 1)
            guard parts.count == 2 else { return ModelChoice(model: text) }
            return ModelChoice(provider: String(parts[0]), model: String(parts[1]))
        }
    }

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "How far one is.")
        @OptionGroup var common: Common
        @Argument(help: "Its id.") var id: String

        func run() async throws {
            let id = try Evaluate.id(id)
            let evaluation = try await common.withService { try await $0.evaluation(id, of: $1) }
            if common.json { return try Output.json(EvaluationBodies.One(evaluation)) }
            print(Evaluate.line(evaluation))
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "All of them, newest first.")
        @OptionGroup var common: Common
        @Option(help: "At most this many.") var limit = 50

        func run() async throws {
            let limit = min(max(limit, 1), 10_000)
            let evaluations = try await common.withService { try await $0.evaluations(of: $1, limit: limit) }
            if common.json { return try Output.json(EvaluationBodies.Page(evaluations, limit: limit)) }
            for evaluation in evaluations { print(Evaluate.line(evaluation)) }
        }
    }

    struct Verdict: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The verdict with its evidence, as Markdown. Status 0: pass, 1: fail, 3: not enough data.")
        @OptionGroup var common: Common
        @Argument(help: "Its id.") var id: String

        func run() async throws {
            let id = try Evaluate.id(id)
            let evaluation = try await common.withService { try await $0.evaluation(id, of: $1) }
            guard let report = evaluation.report, let page = evaluation.markdown else {
                throw EvaluationError.notFinished(evaluation.state.rawValue)
            }
            if common.json { try Output.json(EvaluationBodies.One(evaluation)) } else { print(page, terminator: "") }
            switch report.verdict {
            case .pass: break
            case .fail: throw ExitCode(1)
            case .notEnoughData: throw ExitCode(3)
            }
        }
    }

    struct Conclude: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Wait for no more verdicts of people: a running server writes the verdict from those there are.")
        @OptionGroup var common: Common
        @Argument(help: "Its id.") var id: String

        func run() async throws {
            let id = try Evaluate.id(id)
            let actor = CommandEnvironment.actor
            let evaluation = try await common.withService { try await $0.conclude(id, of: $1, by: actor) }
            if common.json { return try Output.json(EvaluationBodies.One(evaluation)) }
            print(Evaluate.line(evaluation))
        }
    }
}

/// A JSON document from a file or from standard input.
enum Document {
    static func read<Value: Decodable>(_ type: Value.Type, _ file: String) throws -> Value {
        let data =
            file == "-" ? FileHandle.standardInput.readDataToEndOfFile() : FileManager.default.contents(atPath: file)
        guard let data else { throw CommandError.notFound(file) }
        do {
            return try JSONDecoder().decode(type, from: data)
        } catch let error as any Explained {
            throw error
        } catch {
            throw CommandError.unusable("\(file) cannot be used.", fix: "See docs/guide/gate-and-canary.md.")
        }
    }
}
