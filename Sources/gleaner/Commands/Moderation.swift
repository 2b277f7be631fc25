import ArgumentParser
import Foundation
import GleanerCore
import GleanerJobs
import GleanerModeration
import GleanerServer

struct Moderation: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What prompts, answers and comments are judged by, and what came of it.",
        subcommands: [Policy.self, Check.self, Redecide.self, Status.self])

    /// Whose, and how to print it.
    struct Common: ParsableArguments {
        @Option(help: "Whose.") var project = "default"
        @Flag(help: "As JSON.") var json = false

        func withService<Value: Sendable>(
            _ body: (ModerationService, ID<Project>) async throws -> Value
        ) async throws -> Value {
            let environment = try await CommandEnvironment.load()
            return try await environment.withDatabase { pool in
                let project = try await PostgresKeyStore(pool: pool).existingProject(named: project)
                return try await body(ModerationService(pool: pool), project)
            }
        }
    }

    struct Policy: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the policy in force as a document, or put one in force.",
            discussion: "Every edit is a version, in force on all running gateways within a second.")

        @OptionGroup var common: Common
        @Option(help: "Put the document of this file in force; - is standard input.") var set: String?
        @Option(help: "Why, kept with the version.") var note = ""
        @Option(help: "Refuse unless this version is in force.") var expect: Int64?
        @Option(help: "Show an example to begin from: health or hinglish.") var example: String?
        @Option(help: "Show this version.") var version: Int64?
        @Flag(help: "List the versions, newest first.") var versions = false

        func run() async throws {
            if let example { return try Output.json(try ExamplePolicy.named(example).document) }
            if versions { return try await list() }
            let shown = try await common.withService { service, project in
                if let set { return try await put(set, service, project) }
                if let version { return try await service.policies.version(version, of: project) }
                return try await service.policies.current(of: project)
            }
            if common.json { return try Output.json(ModerationBodies.Policy(shown)) }
            if set != nil {
                print("version \(shown.version) is in force. For what was judged before: gleaner moderation redecide")
            } else {
                try Output.json(shown.policy.document)
            }
        }

        private func put(
            _ file: String, _ service: ModerationService, _ project: ID<Project>
        ) async throws -> PolicyVersion {
            let data =
                file == "-"
                ? FileHandle.standardInput.readDataToEndOfFile() : FileManager.default.contents(atPath: file)
            guard let data else { throw CommandError.notFound(file) }
            return try await service.put(
                try ModerationPolicy(parsing: data), of: project, author: CommandEnvironment.actor,
                note: note, expected: expect)
        }

        private func list() async throws {
            let versions = try await common.withService { try await $0.policies.versions(of: $1, limit: 500) }
            if common.json { return try Output.json(versions.map(ModerationBodies.Policy.init)) }
            for version in versions {
                let policy = version.policy
                print(
                    "\(version.version)  \(version.at.formatted(.iso8601))  \(version.author)  \(policy.mode.rawValue), "
                        + "\(policy.classifiers.map(\.name).joined(separator: "+")), \(policy.personalData.rawValue)  "
                        + version.note)
            }
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Judge texts by the built-in rules, without a database or a network.",
            discussion: "Reads standard input when no text is given. What is found is shown by place, never by value.")

        @Argument(help: "The text.") var text: String?
        @Option(help: "A policy's file; left out, the built-in policy.") var policy: String?
        @Option(help: "As what: prompt, response or comment.") var target = "prompt"
        @Flag(help: "Each line of standard input is a text; one JSON object a line comes back.") var lines = false
        @Flag(help: "As JSON.") var json = false

        func validate() throws {
            if ModerationTarget(rawValue: target) == nil {
                throw ValidationError("--target is prompt, response or comment.")
            }
        }

        func run() async throws {
            let rules = try read()
            let target = ModerationTarget(rawValue: target) ?? .prompt
            if lines {
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
                while let line = readLine(strippingNewline: true) {
                    print(String(decoding: try encoder.encode(await Self.judged(line, target, rules)), as: UTF8.self))
                }
                return
            }
            let text =
                text ?? String(decoding: FileHandle.standardInput.readDataToEndOfFile(), as: UTF8.self)
            let checked = await ModerationService.check(text, as: target, by: rules, Classifiers())
            if json { return try Output.json(ModerationBodies.Checked(checked.verdict, checked.results)) }
            print("\(checked.verdict.action.rawValue): \(checked.verdict.reason)")
            for (name, result) in checked.results.sorted(by: { $0.key < $1.key }) {
                for (category, score) in result.scores.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
                    print("  \(name)  \(category)  \(score)")
                }
                for span in result.spans {
                    print("  \(name)  \(span.kind.rawValue) at bytes \(span.range.lowerBound)–\(span.range.upperBound)")
                }
            }
        }

        private static func judged(
            _ text: String, _ target: ModerationTarget, _ policy: ModerationPolicy
        ) async -> ModerationBodies.Checked {
            let checked = await ModerationService.check(text, as: target, by: policy, Classifiers())
            return ModerationBodies.Checked(checked.verdict, checked.results)
        }

        private func read() throws -> ModerationPolicy {
            guard let policy else { return ModerationPolicy() }
            guard let data = FileManager.default.contents(atPath: policy) else { throw CommandError.notFound(policy) }
            return try ModerationPolicy(parsing: data)
        }
    }

    struct Redecide: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Decide again from stored results, by the policy in force; asks no classifier.",
            discussion: "Makes a job that a running server does; `gleaner jobs --kind moderation.redecide` follows it.")

        @OptionGroup var common: Common
        @Option(help: "Only exchanges received from then on, ISO 8601. Else all.") var since: String?
        @Flag(help: "Also ask classifiers that have not judged an exchange yet.") var ask = false

        func run() async throws {
            let start = try since.map(Prices.time)
            let job = try await common.withService { try await $0.redecide(in: $1, since: start, asks: ask) }
            if common.json { return try Output.json(["job": job]) }
            print("job \(job)")
        }
    }

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "What is flagged, blocked or unknown, and which classifiers failed.")

        @OptionGroup var common: Common
        @Option(help: "Of the last so many days.") var days = 7

        func run() async throws {
            let days = min(max(days, 1), 90)
            let status = try await common.withService { service, project in
                ModerationBodies.Status(
                    try await service.standing(of: project, days: days), days: days,
                    policy: try await service.policies.current(of: project).version)
            }
            if common.json { return try Output.json(status) }
            print(status.text)
        }
    }
}
