import ArgumentParser
import Foundation
import GleanerCore
import GleanerDatasets
import GleanerDemo
import GleanerEvaluation
import GleanerReview
import GleanerServer

/// `gleaner demo --full`: runs it, and says what it came to.
enum FullDemoOutcome {
    /// - Throws: `ExitCode(1)` when the loop did not close.
    static func run(on url: String, seed: UInt64, json: Bool, _ environment: CommandEnvironment) async throws {
        try await environment.withDatabase { pool in
            let keys = PostgresKeyStore(pool: pool)
            let project = try await keys.project(named: "demo-full")
            let key = try await keys.create(project: project, name: "demo", scopes: Set(Scope.allCases))
            // Everything is looked at; production would draw far fewer.
            _ = try await SamplingService(pool: pool).setRule(
                project: project, name: SamplingService.defaultName, probability: 1)
            try await EvaluatorService(pool: pool).begin(in: project)
            let progress = Progress(isQuiet: json)
            let demo = FullDemo(
                configuration: .init(gateway: url, key: key, seed: seed),
                write: { dataset, lines in
                    let file = FileManager.default.temporaryDirectory
                        .appendingPathComponent("gleaner-demo-\(UUID().uuidString).jsonl")
                    defer { try? FileManager.default.removeItem(at: file) }
                    try Data(lines).write(to: file)
                    _ = try await ExampleImport(pool: pool, project: project).run(
                        file, into: dataset, author: "somebody who means harm")
                },
                progress: { progress.show($0, $1, of: $2) })
            let report = try await demo.run()
            progress.end()
            if json { try Output.json(report) } else { print(text(report)) }
            if !report.isClosed { throw ExitCode(1) }
        }
    }

    private static func text(_ report: FullDemoReport) -> String {
        let dataset = report.dataset
        return """

            Before: \(heard(report.before))
            \(report.reviews) answers reviewed → dataset saathi version \(dataset.version): \(dataset.train) train, \
            \(dataset.validation) validation, \(dataset.holdout) held out; \(dataset.anchors) written by people
            Fine-tune: \(report.model), which remembers \(report.trainedOn) answers (the demo trains nothing)

            \(gate("Gate", report.gate))
            \(canary("Canary", report.canary))

            A poisoned training file:
            \(gate("Gate", report.poisonedGate))
              a canary for it is \(report.poisonedCanaryRefused ? "refused" : "NOT refused")

            A model that answers rudely from its \(DemoTuning.freshAnswers + 1)th answer on:
            \(gate("Gate", report.wiltingGate))
            \(canary("Canary", report.wiltingCanary))

            \(report.isClosed ? "The loop is closed." : "The loop did NOT close as it should.")
            Evidence: gleaner canary list --project demo-full, gleaner evaluate list --project demo-full
            """
    }

    private static func heard(_ heard: FullDemoReport.Heard) -> String {
        heard.variants.sorted { $0.key < $1.key }.map { name, share in
            "\(name) \(percent(share.good, of: share.answers)) good in truth, "
                + "\(percent(share.thumbsUp, of: share.ratings)) of \(share.ratings) ratings up"
        }.joined(separator: "; ") + (heard.failed > 0 ? "; \(heard.failed) failed" : "")
    }

    private static func gate(_ name: String, _ gate: FullDemoReport.Gate) -> String {
        (["\(name): \(gate.verdict). \(gate.summary)"] + gate.rules.map { "  \($0)" }).joined(separator: "\n")
    }

    private static func canary(_ name: String, _ canary: FullDemoReport.Canary) -> String {
        var lines = ["\(name): \(canary.state) after \(canary.conversations) conversations. \(canary.reason)"]
        if let estimate = canary.estimate, let low = canary.low, let high = canary.high {
            lines.append(String(format: "  rating %+.3f (%+.3f to %+.3f, holds at every look)", estimate, low, high))
        }
        lines.append("  \(heard(canary.heard))")
        return lines.joined(separator: "\n")
    }

    private static func percent(_ part: Int, of whole: Int) -> String {
        whole == 0 ? "–" : String(format: "%.1f %%", 100 * Double(part) / Double(whole))
    }
}
