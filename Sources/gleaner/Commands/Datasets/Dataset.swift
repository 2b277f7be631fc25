import ArgumentParser
import Foundation
import GleanerCore
import GleanerDatasets
import GleanerServer

struct Dataset: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Promote judged exchanges into training sets; export, check and explain them.",
        subcommands: [
            Preview.self, Build.self, List.self, Diff.self, Approve.self, Export.self, Verify.self, Explain.self,
            Policies.self, Benchmarks.self, Import.self, Draft.self, Stats.self,
        ])

    struct Build: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Freeze a new version of a dataset by a promotion policy.",
            discussion: """
                Without --policy the default one: reviewed with at least 4 on every question, no open flag, whole \
                answers, reviewers' corrections in place of what they corrected.
                """)

        @Argument(help: "The dataset's name; made when there is none.") var name: String
        @Option(help: "Whose exchanges.") var project = "default"
        @OptionGroup var choice: PolicyChoice
        @Flag(help: "As JSON.") var json = false

        func run() async throws {
            let environment = try await CommandEnvironment.load()
            let policy = try choice.chosen()
            let progress = Progress(isQuiet: json)
            let version = try await environment.withDatabase { pool in
                try await DatasetService(pool: pool, personalData: PersonalDataRules()).build(
                    dataset: name, policy: policy,
                    project: PostgresKeyStore(pool: pool).existingProject(named: project), by: CommandEnvironment.actor,
                    progress: { progress.show("judged exchanges", $0, of: 0) })
            }
            progress.end()
            if json { return try Output.json(version) }
            let statistics = version.statistics
            print(
                "\(name) version \(version.number): \(statistics.train) train, \(statistics.validation) validation, "
                    + "\(statistics.holdout) held out")
            for (reason, count) in statistics.excluded.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
                print("  left out, \(reason): \(count)")
            }
            print("  never judged: \(statistics.unjudged)")
            if !version.approvals.isMet {
                print("it waits for \(version.approvals.needed) approvals: gleaner dataset diff \(name), then approve")
            }
            print("export it: gleaner dataset export \(name) --project \(project) --output DIRECTORY")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List datasets and their versions, newest first.")

        @Option(help: "Whose datasets.") var project = "default"
        @Flag(help: "As JSON.") var json = false

        func run() async throws {
            let environment = try await CommandEnvironment.load()
            let versions = try await environment.withDatabase { pool in
                try await DatasetService(pool: pool).list(
                    of: PostgresKeyStore(pool: pool).existingProject(named: project))
            }
            if json { return try Output.json(versions) }
            if versions.isEmpty { print("no dataset in project \(project) yet: gleaner dataset build NAME") }
            for version in versions {
                print(
                    "\(version.dataset) version \(version.number): \(version.statistics.train) train, "
                        + "\(version.statistics.validation) validation, policy \(version.policyName)@\(version.policyVersion), "
                        + version.createdAt.ISO8601Format())
            }
        }
    }

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Write a version's files: train.jsonl, validation.jsonl, lineage.jsonl, README.md, manifest.json.",
            discussion: """
                Formats: \(ExportFormat.allCases.map(\.rawValue).joined(separator: ", ")). \
                The same version in the same format gives the same bytes. An export that was cut short goes on where it was.
                """)

        @Argument(help: "The dataset's name.") var name: String
        @Option(help: "Its number, or latest.") var version = "latest"
        @Option(help: "Whose dataset.") var project = "default"
        @Option(help: "The directory to write; made when missing.") var output: String
        @Option(help: "What the trainer reads; the form in which the version is frozen when missing.") var format:
            String?
        @Flag(help: "Also holdout.jsonl, to measure elsewhere; never to train on.") var holdout = false
        @Flag(help: "As JSON.") var json = false

        func run() async throws {
            let environment = try await CommandEnvironment.load()
            let progress = Progress(isQuiet: json)
            let result = try await environment.withDatabase { pool in
                let found = try await DatasetService(pool: pool).version(
                    version, of: name, in: PostgresKeyStore(pool: pool).existingProject(named: project))
                return try await DatasetExporter(pool: pool).export(
                    found, to: URL(fileURLWithPath: output), format: exportFormat(format), withHoldout: holdout,
                    progress: { progress.show("examples", $0, of: $1) })
            }
            progress.end()
            if json { return try Output.json(result) }
            for (file, sha256) in result.files.sorted(by: { $0.key < $1.key }) { print("\(sha256)  \(file)") }
            for (reason, count) in result.leftOut.sorted(by: { $0.key < $1.key }) {
                print("  \(result.format.rawValue) cannot hold, \(reason): \(count)")
            }
            for (what, count) in result.simplified.sorted(by: { $0.key < $1.key }) { print("  \(what): \(count)") }
            if !result.resumed.isEmpty { print("  finished before: \(result.resumed.joined(separator: ", "))") }
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check a training file, or an exported directory, by the provider's published rules.",
            discussion: "Exit status 1 when there are errors.")

        @Argument(help: "A .jsonl file, or a directory that an export wrote.") var path: String
        @Option(help: "Tokens that one example may have.") var maxTokens = 16_385
        @Option(help: "By whose rules; what the manifest says when missing, openai-sft without one.") var format:
            String?
        @Flag(help: "As JSON.") var json = false

        func run() async throws {
            let result = try DatasetVerifier(maximumTokens: maxTokens, format: exportFormat(format)).verify(
                URL(fileURLWithPath: path))
            if json {
                try Output.json(result)
            } else {
                for finding in result.findings {
                    let place = finding.line.map { "\(finding.file):\($0)" } ?? finding.file
                    print("\(finding.severity.rawValue)  \(place)  \(finding.what) \(finding.fix)  [\(finding.code)]")
                }
                if result.unlisted > 0 { print("and \(result.unlisted) more") }
                let examples = result.examples.sorted { $0.key < $1.key }.map { "\($0.value) in \($0.key)" }
                print(
                    "\(result.format.rawValue): \(result.errors) errors, \(result.warnings) warnings; examples: \(examples.joined(separator: ", "))"
                )
                print(
                    "about \(result.estimatedTokens) tokens, \(result.estimatedEpochs) epochs by the usual rule, "
                        + "\(result.estimatedBilledTokens) tokens billed (estimates)")
            }
            if result.errors > 0 { throw ExitCode(1) }
        }
    }

    struct Explain: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say where one line of a training file comes from: exchange, ratings, reviews, policy.")

        @Argument(help: "The dataset's name.") var name: String
        @Argument(help: "The line, counted from 1.") var line: Int
        @Option(help: "train or validation.") var split = "train"
        @Option(help: "Its number, or latest.") var version = "latest"
        @Option(help: "Whose dataset.") var project = "default"
        @Flag(help: "As JSON, the line itself included.") var json = false

        func run() async throws {
            let environment = try await CommandEnvironment.load()
            let explanation = try await environment.withDatabase { pool in
                let service = DatasetService(pool: pool)
                let found = try await service.version(
                    version, of: name, in: PostgresKeyStore(pool: pool).existingProject(named: project))
                return try await service.explain(found, split: split, line: line)
            }
            if json { try Output.json(explanation) } else { print(explanation.text) }
        }
    }
}

/// - Throws: `ExportError.formatUnknown`.
private func exportFormat(_ name: String?) throws -> ExportFormat? {
    try name.map { name in
        guard let format = ExportFormat(rawValue: name) else { throw ExportError.formatUnknown(name) }
        return format
    }
}
