import ArgumentParser
import Foundation
import GleanerCore
import GleanerDemo
import GleanerEvaluation
import GleanerReview
import GleanerServer

/// The loop in small, over real HTTP: conversations, ratings, reviews, a dataset version, its export and its check.
struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Drive demo traffic through the running gateway, up to a verified training file.",
        discussion: """
            Simulated users talk to the gateway's models demo-hinglish-1 and demo-health-1, a few of them rate, two \
            simulated reviewers judge a sample, the best exchanges become a version of the dataset `demo`, and its files \
            are exported and verified. Everything lands in a project of its own, `demo`.

            With --full the loop is closed, in the project `demo-full`: the dataset is trained on, the new model is \
            measured and takes traffic by steps; then a poisoned file and a model that turns bad show what must not pass. \
            A few minutes.
            """)

    @Option(help: "How many conversations.") var conversations = 300
    @Option(help: "Seed: the same one gives the same users and questions.") var seed: UInt64 = 20_261_101
    @Option(help: "At most this many reviews.") var reviews = 220
    @Option(help: "Where the training files go; default GLEANER_DATA_DIR/exports/demo.") var output: String?
    @Option(help: "The gateway; default GLEANER_LISTEN.") var gateway: String?
    @Flag(help: "Close the loop: fine-tune, gate, canary, and what each of them stops.") var full = false
    @Flag(help: "The report as JSON, and nothing else, on standard output.") var json = false

    /// Most of a demo's exchanges are looked at; production would draw far fewer.
    private static let sampleShare = 0.5

    func run() async throws {
        let environment = try await CommandEnvironment.load()
        let url = gateway ?? "http://\(environment.configuration.listen)"
        let directory =
            output.map { URL(fileURLWithPath: $0) }
            ?? environment.configuration.dataDirectory.appendingPathComponent("exports/demo")
        if full { return try await FullDemoOutcome.run(on: url, seed: seed, json: json, environment) }
        try await environment.withDatabase { pool in
            let keys = PostgresKeyStore(pool: pool)
            let project = try await keys.project(named: "demo")
            let key = try await keys.create(project: project, name: "demo", scopes: Set(Scope.allCases))
            _ = try await SamplingService(pool: pool).setRule(
                project: project, name: SamplingService.defaultName, probability: Self.sampleShare)
            try await EvaluatorService(pool: pool).begin(in: project)
            let progress = Progress(isQuiet: json)
            let run = DemoRun(
                configuration: DemoRunConfiguration(
                    gateway: url, key: key, conversations: conversations, seed: seed, reviewShare: reviews),
                progress: { progress.show($0.rawValue, $1, of: $2) })
            let report = try await run.run()
            progress.end()
            let outcome = try await DemoOutcome(report, pool: pool, project: project, directory: directory)
            if json { try Output.json(outcome) } else { outcome.show() }
            if outcome.errors > 0 { throw ExitCode(1) }
        }
    }
}
