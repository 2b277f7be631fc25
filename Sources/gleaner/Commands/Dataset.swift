import ArgumentParser
import Foundation
import GleanerCore
import GleanerDatasets
import GleanerServer

struct Dataset: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Promote judged exchanges into training sets; export, check and explain them.",
        subcommands: [
            Build.self, List.self, Export.self, Verify.self, Explain.self, Import.self, Draft.self, Stats.self,
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
        @Option(help: "A policy document (JSON).") var policy: String?
        @Option(help: "Overrides the policy's minimum_review_score.") var minScore: Int?
        @Option(help: "One system prompt for all examples, the one the bot will run with.") var systemPrompt: String?
        @Option(help: "Also promote by ratings alone: thumbs up minus thumbs down, at least.") var minNetThumbs: Int?
        @Flag(help: "As JSON.") var json = false

        func run() async throws {
            let environment = try await CommandEnvironment.load()
            let policy = try chosenPolicy()
            let progress = Progress(isQuiet: json)
            let version = try await environment.withDatabase { pool in
                try await DatasetService(pool: pool).build(
                    dataset: name, policy: policy,
                    project: PostgresKeyStore(pool: pool).existingProject(named: project),
                    progress: { progress.show("judged exchanges", $0, of: 0) })
            }
            progress.end()
            if json { return try Output.json(version) }
            let statistics = version.statistics
            print("\(name) version \(version.number): \(statistics.train) train, \(statistics.validation) validation")
            for (reason, count) in statistics.excluded.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
                print("  left out, \(reason): \(count)")
            }
            print("  never judged: \(statistics.unjudged)")
            print("export it: gleaner dataset export \(name) --project \(project) --output DIRECTORY")
        }

        private func chosenPolicy() throws -> PromotionPolicy {
            var chosen = PromotionPolicy()
            if let policy {
                guard let bytes = try? Data(contentsOf: URL(fileURLWithPath: policy)) else {
                    throw DatasetError.fileUnreadable(path: policy)
                }
                chosen = try PromotionPolicy(parsing: bytes)
            }
            if let minScore { chosen.minimumReviewScore = minScore }
            if let systemPrompt { chosen.systemPrompt = .init(mode: .replace, text: systemPrompt) }
            if let minNetThumbs { chosen.minimumRating = .init(netThumbs: minNetThumbs) }
            return chosen
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
            abstract: "Write a version's files: train.jsonl, validation.jsonl, lineage.jsonl, manifest.json.",
            discussion: "OpenAI's chat format for supervised fine-tuning. The same version gives the same bytes.")

        @Argument(help: "The dataset's name.") var name: String
        @Option(help: "Its number, or latest.") var version = "latest"
        @Option(help: "Whose dataset.") var project = "default"
        @Option(help: "The directory to write; made when missing.") var output: String
        @Flag(help: "As JSON.") var json = false

        func run() async throws {
            let environment = try await CommandEnvironment.load()
            let progress = Progress(isQuiet: json)
            let result = try await environment.withDatabase { pool in
                let found = try await DatasetService(pool: pool).version(
                    version, of: name, in: PostgresKeyStore(pool: pool).existingProject(named: project))
                return try await DatasetExporter(pool: pool).export(
                    found, to: URL(fileURLWithPath: output), progress: { progress.show("lines", $0, of: $1) })
            }
            progress.end()
            if json { return try Output.json(result) }
            for (file, sha256) in result.files.sorted(by: { $0.key < $1.key }) { print("\(sha256)  \(file)") }
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check a training file, or an exported directory, by the provider's published rules.",
            discussion: "Exit status 1 when there are errors.")

        @Argument(help: "A .jsonl file, or a directory that an export wrote.") var path: String
        @Option(help: "Tokens that one example may have.") var maxTokens = 16_385
        @Flag(help: "As JSON.") var json = false

        func run() async throws {
            let result = try DatasetVerifier(maximumTokens: maxTokens).verify(URL(fileURLWithPath: path))
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
                    "\(result.errors) errors, \(result.warnings) warnings; examples: \(examples.joined(separator: ", "))"
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
