import ArgumentParser
import AsyncCurl
import Foundation
import GleanerCore
import GleanerServer
import GleanerTuning

struct Tune: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Fine-tune a model on a dataset version, and follow how it goes.",
        discussion: """
            `estimate` says what it would cost; `start` repeats its `--confirm` and spends the money. The running \
            Gleaner does the work, and goes on with it after a restart. `gleaner tune guide` explains the settings.
            """,
        subcommands: [
            Estimate.self, Start.self, List.self, Status.self, Events.self, Cancel.self, DeleteFiles.self, Models.self,
            Price.self, Guide.self,
        ])

    /// Whose jobs.
    struct Common: ParsableArguments {
        @Option(help: "Whose jobs.") var project = "default"
        @Flag(help: "As JSON.") var json = false

        func withService<Value: Sendable>(
            _ body: (TuningService, ID<Project>) async throws -> Value
        ) async throws -> Value {
            try await withParts { try await body($0.service, $1) }
        }

        func withParts<Value: Sendable>(
            _ body: (TuningParts, ID<Project>) async throws -> Value
        ) async throws -> Value {
            let environment = try await CommandEnvironment.load()
            let client = CurlClient()
            defer { client.shutdown() }
            return try await environment.withDatabase { pool in
                let project = try await PostgresKeyStore(pool: pool).existingProject(named: project)
                let parts = TuningParts(
                    pool: pool, client: client, providers: environment.configuration.providersByName,
                    configuration: environment.configuration, logger: environment.logger)
                return try await body(parts, project)
            }
        }
    }

    /// What to train.
    struct Choices: ParsableArguments {
        @Argument(help: "The dataset's name.") var dataset: String
        @Option(help: "Its number, or latest.") var version = "latest"
        @Option(help: "The model to begin with.") var model: String
        @Option(help: "A configured provider's name.") var provider = "default"
        @Option(help: "openai: the provider trains. command: GLEANER_TUNING_COMMAND does.") var driver = "openai"
        @Option(help: "sft: from answers. dpo: from pairs of a better and a worse one.") var method = "sft"
        @Option(help: "Part of the tuned model's name, at most 64 characters.") var suffix: String?
        @Option(help: "0 to 2147483647; the same seed and file give much the same model.") var seed: Int?
        @Option(help: "1 to 50: how often the trainer goes over the file. Fewer if answers become less diverse.")
        var epochs: Int?
        @Option(help: "1 to 256 examples of one step.") var batchSize: Int?
        @Option(help: "Times the trainer's own learning rate.") var learningRateMultiplier: Double?
        @Option(help: "Only for dpo, at most 2: how closely the model stays to the one before.") var beta: Double?

        func validate() throws {
            guard TuningDriverName(rawValue: driver) != nil else {
                throw ValidationError("--driver is openai or command.")
            }
            guard TuningMethod(rawValue: method) != nil else { throw ValidationError("--method is sft or dpo.") }
        }

        var request: TuningRequest {
            TuningRequest(
                dataset: dataset, version: version, driver: TuningDriverName(rawValue: driver) ?? .openAI,
                provider: provider, baseModel: model, suffix: suffix, seed: seed,
                method: TuningMethod(rawValue: method) ?? .sft,
                hyperparameters: Hyperparameters(
                    epochs: epochs, batchSize: batchSize, learningRateMultiplier: learningRateMultiplier, beta: beta))
        }
    }

    static func id(_ text: String) throws -> ID<TuningJob> {
        guard let id = ID<TuningJob>(text) else { throw CommandError.notFound("Tuning job \(text)") }
        return id
    }

    static func line(_ job: TuningJob) -> String {
        let state = [job.state.rawValue, job.providerStatus.map { "(\($0))" }].compactMap(\.self).joined(separator: " ")
        let parts = [
            "\(job.id)", state, "\(job.dataset) version \(job.version)", job.baseModel, job.fineTunedModel,
            job.error.map { "\($0.code): \($0.message)" }, job.stateReason, job.createdAt.ISO8601Format(),
        ]
        return parts.compactMap(\.self).joined(separator: "  ")
    }

    static func text(_ estimate: TuningEstimate) -> String {
        let epochs = "\(estimate.epochs)" + (estimate.epochsAreGiven ? "" : " (the usual rule; the trainer may differ)")
        var lines = [
            "\(estimate.dataset) version \(estimate.version) on \(estimate.baseModel) at \(estimate.provider), "
                + estimate.method.rawValue,
            "  examples        \(estimate.trainRows) train, \(estimate.validationRows) validation",
            "  tokens          about \(estimate.tokens)",
            "  epochs          \(epochs)",
            "  billed tokens   about \(estimate.billedTokens)",
            "  cost            \(estimate.usd.map { String(format: "about %.2f US dollars", $0) } ?? "not known")",
        ]
        lines += estimate.warnings.map { "  note            \($0)" }
        return lines.joined(separator: "\n")
    }
}
