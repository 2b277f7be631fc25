import ArgumentParser
import Foundation
import GleanerCore
import GleanerTuning

extension Tune {
    struct Estimate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say what a fine-tune would cost, and the token with which to agree. Spends nothing.")
        @OptionGroup var choices: Choices
        @OptionGroup var common: Common

        func run() async throws {
            let estimate = try await common.withService { try await $0.estimate(choices.request, in: $1) }
            if common.json { return try Output.json(estimate) }
            print(Tune.text(estimate))
            print("to agree, repeat all of it: gleaner tune start … --confirm \(estimate.confirm)")
        }
    }

    struct Start: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Start a fine-tune that was estimated. This spends money.",
            discussion: """
                Without --confirm it shows the estimate and stops. The same confirmation again is the same job: nothing \
                is paid twice.
                """)
        @OptionGroup var choices: Choices
        @OptionGroup var common: Common
        @Option(help: "The token of the estimate that you agree to.") var confirm: String?
        @Flag(help: "Agree to whatever it costs, unseen.") var yes = false
        @Option(help: "Who agrees; shown with the job.") var by = NSUserName()
        @Flag(help: "Wait for its end; exit status 1 unless it succeeds.") var wait = false

        func run() async throws {
            let job = try await common.withService { service, project -> TuningJob? in
                var token = confirm
                if token == nil {
                    let estimate = try await service.estimate(choices.request, in: project)
                    guard yes else {
                        if common.json { try Output.json(estimate) } else { print(Tune.text(estimate)) }
                        return nil
                    }
                    token = estimate.confirm
                }
                let started = try await service.start(choices.request, confirm: token ?? "", by: by, in: project)
                return wait ? try await Tune.end(of: started, service, project) : started
            }
            guard let job else {
                if !common.json { print("nothing was started: add the --confirm of `gleaner tune estimate`, or --yes") }
                throw ExitCode(1)
            }
            if common.json { try Output.json(TuningJobBody(job)) } else { print(Tune.line(job)) }
            if wait, job.state != .succeeded { throw ExitCode(1) }
        }
    }

    /// Looks until it has ended.
    static func end(of job: TuningJob, _ service: TuningService, _ project: ID<Project>) async throws -> TuningJob {
        var job = job
        while !job.state.isEnd {
            try await Task.sleep(for: .milliseconds(500))
            job = try await service.job(job.id, in: project)
        }
        return job
    }

    struct Guide: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "guide", abstract: "What the hyperparameters do, and when to turn them.")

        func run() {
            print("What is left out the trainer chooses. Change one at a time, and compare on the same holdout.\n")
            for (name, range, meaning) in Hyperparameters.guidance { print("\(name) (\(range))\n    \(meaning)\n") }
            print(
                """
                Before turning any of them: 10 examples are the least, 50 to 100 have a visible effect, and doubling good \
                examples beats every setting. Train with the system message that the bot runs with.
                """)
        }
    }

    struct Price: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say what training costs at a provider, so that estimates can.")
        @OptionGroup var common: Common
        @Argument(help: "The base model's exact name; without it, all prices are listed.") var model: String?
        @Argument(help: "US dollars for a million training tokens.") var usd: Double?
        @Option(help: "A configured provider's name.") var provider = "default"

        func validate() throws {
            if model != nil, usd == nil { throw ValidationError("give the model and its price.") }
        }

        func run() async throws {
            let prices = try await common.withService { service, _ in
                if let model, let usd {
                    try await service.set(TuningPrice(provider: provider, baseModel: model, usd: usd))
                }
                return try await service.prices()
            }
            if common.json { return try Output.json(prices) }
            if prices.isEmpty { print("no price is known: gleaner tune price MODEL USD") }
            for price in prices {
                print("\(price.provider)  \(price.baseModel)  \(price.usd) US dollars a million tokens")
            }
        }
    }
}
