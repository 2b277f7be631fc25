import ArgumentParser
import Foundation
import GleanerCore
import GleanerReport
import GleanerServer

struct Releases: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Releases of the chatbot, as marks in charts.", subcommands: [Add.self, List.self, Remove.self])

    struct Common: ParsableArguments {
        @Option(help: "Whose chatbot.") var project = "default"
        @Flag(help: "Print JSON.") var json = false

        func withService<Value: Sendable>(
            _ body: (ReleaseService, ID<Project>) async throws -> Value
        ) async throws -> Value {
            try await CommandEnvironment.load().withDatabase { pool in
                try await body(
                    ReleaseService(pool: pool), PostgresKeyStore(pool: pool).existingProject(named: project))
            }
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Mark a release.")
        @OptionGroup var common: Common
        @Argument(help: "As people call it, such as 2.4.1.") var name: String
        @Option(help: "When users had it, as 2026-11-29T12:00:00Z; now when left out.") var at: String?
        @Option(help: "What is new.") var note = ""

        func validate() throws {
            if let at, Self.time(at) == nil {
                throw ValidationError("\(at) is not a time; write it as 2026-11-29T12:00:00Z.")
            }
        }

        func run() async throws {
            let release = try await common.withService {
                try await $0.add(name, at: at.flatMap(Self.time), note: note, in: $1, by: CommandEnvironment.actor)
            }
            if common.json { return try Output.json(ReleaseBodies.One(release)) }
            print(Releases.text(release))
        }

        private static func time(_ text: String) -> Date? { try? Date(text, strategy: .iso8601) }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Releases, newest first.")
        @OptionGroup var common: Common

        func run() async throws {
            let releases = try await common.withService { try await $0.releases(of: $1) }
            if common.json {
                return try Output.json(ReleaseBodies.List(releases: releases.map(ReleaseBodies.One.init)))
            }
            if releases.isEmpty { print("no release was marked") }
            for release in releases { print(Releases.text(release)) }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Take a mark away.")
        @OptionGroup var common: Common
        @Argument(help: "Its id.") var id: String

        func run() async throws {
            guard let release = ID<Release>(id) else { throw ReleaseError.unknown(id) }
            try await common.withService { try await $0.remove(release, in: $1) }
            if !common.json { print("removed") }
        }
    }

    static func text(_ release: Release) -> String {
        ["\(release.id)", release.at.ISO8601Format(), release.name, release.author, release.note]
            .joined(separator: "  ")
    }
}
