import ArgumentParser
import Foundation
import GleanerDatasets
import GleanerServer

extension Dataset {
    struct Policies: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "policy", abstract: "Check, keep and show promotion policies.",
            subcommands: [Check.self, Save.self, List.self, Show.self])

        struct Check: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Say what is wrong with a policy document, or print it in full with every default.")

            @Argument(help: "A file, or - for standard input.") var file: String

            func run() async throws { try Output.json(try Policies.read(file).document) }
        }

        struct Save: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Keep a policy under its name; a changed document is a new version.")

            @Argument(help: "A file, or - for standard input.") var file: String
            @Option(help: "Whose policy.") var project = "default"

            func run() async throws {
                let policy = try Policies.read(file)
                let environment = try await CommandEnvironment.load()
                let stored = try await environment.withDatabase { pool in
                    try await DatasetService(pool: pool).save(
                        policy, in: PostgresKeyStore(pool: pool).existingProject(named: project))
                }
                print("\(stored.name)@\(stored.version)")
            }
        }

        struct List: AsyncParsableCommand {
            static let configuration = CommandConfiguration(abstract: "List the policies that are kept.")

            @Option(help: "Whose policies.") var project = "default"
            @Flag(help: "As JSON.") var json = false

            func run() async throws {
                let environment = try await CommandEnvironment.load()
                let policies = try await environment.withDatabase { pool in
                    try await DatasetService(pool: pool).policies(
                        of: PostgresKeyStore(pool: pool).existingProject(named: project))
                }
                if json { return try Output.json(policies) }
                for policy in policies {
                    print("\(policy.name)@\(policy.version)  \(policy.createdAt.ISO8601Format())")
                }
            }
        }

        struct Show: AsyncParsableCommand {
            static let configuration = CommandConfiguration(abstract: "Print a policy that is kept.")

            @Argument(help: "Its name.") var name: String
            @Option(help: "Its version; the newest by default.") var version: Int?
            @Option(help: "Whose policy.") var project = "default"

            func run() async throws {
                let environment = try await CommandEnvironment.load()
                let stored = try await environment.withDatabase { pool in
                    try await DatasetService(pool: pool).storedPolicy(
                        name, version: version, in: PostgresKeyStore(pool: pool).existingProject(named: project))
                }
                try Output.json(stored.document)
            }
        }

        static func read(_ file: String) throws -> PromotionPolicy {
            let bytes =
                file == "-"
                ? try FileHandle.standardInput.readToEnd() ?? Data() : try? Data(contentsOf: URL(fileURLWithPath: file))
            guard let bytes else { throw DatasetError.fileUnreadable(path: file) }
            return try PromotionPolicy(parsing: bytes)
        }
    }

    struct Benchmarks: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "benchmark", abstract: "Name test sets that no training line may repeat.",
            subcommands: [Add.self, List.self, Remove.self])

        struct Add: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Take a test set in, or put it in the place of one of the same name.",
                discussion: "Of JSON lines every string of eight words or more counts, of other lines the line itself.")

            @Argument(help: "Its name.") var name: String
            @Argument(help: "A file.") var file: String
            @Option(help: "Whose.") var project = "default"

            func run() async throws {
                guard let bytes = try? Data(contentsOf: URL(fileURLWithPath: file)) else {
                    throw DatasetError.fileUnreadable(path: file)
                }
                let environment = try await CommandEnvironment.load()
                let added = try await environment.withDatabase { pool in
                    try await DatasetService(pool: pool).addBenchmark(
                        name, texts: Benchmark.texts(of: Array(bytes)),
                        in: PostgresKeyStore(pool: pool).existingProject(named: project))
                }
                print("\(added.name): \(added.texts) texts")
            }
        }

        struct List: AsyncParsableCommand {
            static let configuration = CommandConfiguration(abstract: "List the test sets.")

            @Option(help: "Whose.") var project = "default"
            @Flag(help: "As JSON.") var json = false

            func run() async throws {
                let environment = try await CommandEnvironment.load()
                let found = try await environment.withDatabase { pool in
                    try await DatasetService(pool: pool).benchmarks(
                        of: PostgresKeyStore(pool: pool).existingProject(named: project))
                }
                if json { return try Output.json(found) }
                for benchmark in found { print("\(benchmark.name)  \(benchmark.texts) texts") }
            }
        }

        struct Remove: AsyncParsableCommand {
            static let configuration = CommandConfiguration(abstract: "Forget a test set.")

            @Argument(help: "Its name.") var name: String
            @Option(help: "Whose.") var project = "default"

            func run() async throws {
                let environment = try await CommandEnvironment.load()
                try await environment.withDatabase { pool in
                    try await DatasetService(pool: pool).removeBenchmark(
                        name, in: PostgresKeyStore(pool: pool).existingProject(named: project))
                }
            }
        }
    }
}
