import ArgumentParser
import Foundation
import GleanerDatasets
import GleanerServer

extension Dataset {
    struct Preview: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what a build would take and what each gate would leave out; nothing is kept.")

        @Argument(help: "The dataset's name; it need not exist.") var name: String
        @Option(help: "Whose exchanges.") var project = "default"
        @OptionGroup var choice: PolicyChoice
        @Flag(help: "As JSON.") var json = false

        func run() async throws {
            let environment = try await CommandEnvironment.load()
            let policy = try choice.chosen()
            let progress = Progress(isQuiet: json)
            let preview = try await environment.withDatabase { pool in
                try await DatasetService(pool: pool, personalData: PersonalDataRules()).preview(
                    dataset: name, policy: policy,
                    project: PostgresKeyStore(pool: pool).existingProject(named: project),
                    progress: { progress.show("judged exchanges", $0, of: 0) })
            }
            progress.end()
            if json { return try Output.json(preview) }
            let statistics = preview.statistics
            print(
                "\(statistics.exchanges) exchanges, \(statistics.judged) judged: \(statistics.train) train, "
                    + "\(statistics.validation) validation, \(statistics.holdout) held out")
            print("about \(statistics.estimatedTokens) tokens; by people: \(statistics.anchors) answers")
            for gate in preview.gates {
                print("left out, \(gate.reason): \(gate.count)")
                for example in gate.examples { print("    \(example.id)  \(example.detail)  | \(example.prompt)") }
            }
            for advice in preview.advice { print("! \(advice)") }
        }
    }

    struct Diff: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what changed from one version to another: lines, shares, phrases that surged.")

        @Argument(help: "The dataset's name.") var name: String
        @Option(help: "The newer version: its number, or latest.") var version = "latest"
        @Option(help: "The older one; the version before it by default.") var from: String?
        @Option(help: "Whose dataset.") var project = "default"
        @Flag(help: "As JSON.") var json = false

        func run() async throws {
            let environment = try await CommandEnvironment.load()
            let diff = try await environment.withDatabase { pool in
                let service = DatasetService(pool: pool)
                let project = try await PostgresKeyStore(pool: pool).existingProject(named: project)
                let to = try await service.version(version, of: name, in: project)
                var before: DatasetVersion?
                if let from { before = try await service.version(from, of: name, in: project) }
                return try await service.diff(to, from: before, project: project)
            }
            if json { return try Output.json(diff) }
            print(diff.text)
        }
    }

    struct Approve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let a version out, as one of the people its policy asks for.",
            discussion: "Whoever built it does not count. `gleaner dataset diff` shows what is new in it.")

        @Argument(help: "The dataset's name.") var name: String
        @Option(help: "Its number, or latest.") var version = "latest"
        @Option(help: "Whose dataset.") var project = "default"
        @Option(help: "What was looked at.") var note = ""
        @Flag(help: "As JSON.") var json = false

        func run() async throws {
            let environment = try await CommandEnvironment.load()
            let approved = try await environment.withDatabase { pool in
                let service = DatasetService(pool: pool)
                let project = try await PostgresKeyStore(pool: pool).existingProject(named: project)
                return try await service.approve(
                    service.version(version, of: name, in: project), by: CommandEnvironment.actor, note: note,
                    project: project)
            }
            if json { return try Output.json(approved) }
            print(
                "\(name) version \(approved.number): \(approved.approvals.by.count) of \(approved.approvals.needed) approvals"
            )
        }
    }
}
