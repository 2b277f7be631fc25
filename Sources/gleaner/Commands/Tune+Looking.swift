import ArgumentParser
import Foundation
import GleanerCore
import GleanerServer
import GleanerTuning

extension Tune {
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Fine-tunes, newest first, and tuned models that will be shut down.")
        @OptionGroup var common: Common
        @Option(help: "At most this many.") var limit = 50

        func run() async throws {
            let (jobs, retirements) = try await common.withService { service, project in
                (
                    try await service.jobs(in: project, limit: min(max(limit, 1), 10_000)),
                    try await service.retirements(in: project)
                )
            }
            if common.json { return try Output.json(jobs.map { TuningJobBody($0) }) }
            if jobs.isEmpty { print("nothing was fine-tuned yet: gleaner tune estimate DATASET --model MODEL") }
            for job in jobs { print(Tune.line(job)) }
            for retirement in retirements { print("warning: \(retirement.warning)") }
        }
    }

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "One fine-tune with its loss curve, and why it failed if it did.")
        @OptionGroup var common: Common
        @Argument(help: "Its id, from `gleaner tune list`.") var id: String
        @Flag(help: "Wait for its end; exit status 1 unless it succeeds.") var wait = false

        func run() async throws {
            let id = try Tune.id(id)
            let detail = try await common.withService { service, project in
                if wait { _ = try await Tune.end(of: service.job(id, in: project), service, project) }
                return try await service.detail(id, in: project)
            }
            if common.json { try Output.json(TuningJobBody(detail)) } else { show(detail) }
            if wait, detail.job.state != .succeeded { throw ExitCode(1) }
        }

        private func show(_ detail: TuningJobDetail) {
            let job = detail.job
            print(Tune.line(job))
            if let id = job.providerJob { print("  at \(job.provider): \(id)") }
            print("  estimated \(job.billedTokens) tokens, trained \(job.trainedTokens.map(String.init) ?? "-")")
            print("  agreed to by \(job.confirmedBy), \(job.confirmedAt.ISO8601Format())")
            if let error = job.error { print("  why: \(error.why)\n  fix: \(error.fix)") }
            if let shutdown = detail.shutdown { print("  warning: \(job.baseModel) is shut down on \(shutdown)") }
            func number(_ value: Double?) -> String { value.map { String(format: "%.4f", $0) } ?? "-" }
            for point in detail.curve {
                let valid = number(point.validLoss ?? point.fullValidLoss)
                print("  step \(point.step)  train_loss \(number(point.trainLoss))  valid_loss \(valid)")
            }
            for checkpoint in detail.checkpoints { print("  checkpoint \(checkpoint.model)") }
        }
    }

    struct Events: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "What the trainer said, oldest first.")
        @OptionGroup var common: Common
        @Argument(help: "The job's id, from `gleaner tune list`.") var id: String

        func run() async throws {
            let id = try Tune.id(id)
            let detail = try await common.withService { try await $0.detail(id, in: $1) }
            if common.json { return try Output.json(detail.events) }
            for event in detail.events { print("\(event.at.ISO8601Format())  \(event.level)  \(event.message)") }
        }
    }

    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ask for the end of a fine-tune. What was trained until then may be billed.")
        @OptionGroup var common: Common
        @Argument(help: "Its id, from `gleaner tune list`.") var id: String
        @Option(help: "Who wants it; shown with the job.") var by = NSUserName()

        func run() async throws {
            let id = try Tune.id(id)
            let job = try await common.withService { try await $0.cancel(id, by: by, in: $1) }
            if common.json { return try Output.json(TuningJobBody(job)) }
            print(Tune.line(job))
        }
    }

    struct DeleteFiles: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete the training files of an ended fine-tune at its trainer. The model stays.")
        @OptionGroup var common: Common
        @Argument(help: "The job's id, from `gleaner tune list`.") var id: String

        func run() async throws {
            let id = try Tune.id(id)
            let deleted = try await common.withParts { try await $0.keeper.deleteFiles(of: id, in: $1) }
            if common.json { return try Output.json(deleted) }
            for file in deleted { print("deleted \(file)") }
        }
    }

    struct Models: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Tuned models, newest first, and when they end.")
        @OptionGroup var common: Common

        func run() async throws {
            let models = try await common.withService { try await $0.models(in: $1) }
            if common.json { return try Output.json(models.map(TunedModelBody.init)) }
            for model in models {
                let parts = [
                    model.model, "from \(model.baseModel)", "generation \(model.generation)",
                    model.shutdown.map { "shut down on \($0)" },
                    model.erasedAt.map { _ in "has learned from something that was erased" },
                ]
                print(parts.compactMap(\.self).joined(separator: "  "))
            }
        }
    }
}
