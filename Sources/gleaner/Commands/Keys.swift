import ArgumentParser
import Foundation
import GleanerCore
import GleanerServer
import SQLMigrations

struct Keys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make, list, limit and revoke the keys that clients show.",
        subcommands: [Create.self, List.self, KeyLimit.self, Revoke.self, FeedbackSecretRotation.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a key and print it, alone, on standard output. It cannot be shown again.")

        @Option(help: "The project it speaks for; made when there is none.") var project = "default"
        @Option(
            parsing: .upToNextOption,
            help: "What it may do: \(Scope.allCases.map(\.rawValue).joined(separator: ", ")). Repeatable.")
        var scope: [String] = ["gateway"]
        @Option(help: "A name to know it by.") var name = "cli"
        @Option(help: "Days until it expires; never when left out.") var expiresInDays: Int?

        func run() async throws {
            let environment = try await CommandEnvironment.load()
            let scopes = try scope.map { name -> Scope in
                guard let scope = Scope(rawValue: name) else { throw CommandError.scopeUnknown(name) }
                return scope
            }
            let token = try await environment.withDatabase { pool in
                try await Migrator.gleaner(pool: pool, logger: environment.logger).apply()
                let keys = PostgresKeyStore(pool: pool)
                return try await keys.create(
                    project: keys.project(named: project), name: name, scopes: Set(scopes),
                    expiresAt: expiresInDays.map { Date().addingTimeInterval(Double($0) * 86_400) })
            }
            print(token)
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List keys; the tokens themselves are not stored.")

        @Flag(help: "As JSON.") var json = false

        private struct Line: Encodable {
            let id: String
            let project: String
            let name: String
            let scopes: [String]
            let created_at: Date
            let expires_at: Date?
            let revoked_at: Date?
            let max_concurrent: Int?
            let rate: String?
            let client_gone: String?
            let feedback_tokens: Bool?
        }

        func run() async throws {
            let environment = try await CommandEnvironment.load()
            let keys = try await environment.withDatabase { try await PostgresKeyStore(pool: $0).list() }
            let lines = keys.map {
                Line(
                    id: $0.id.description, project: $0.project, name: $0.name, scopes: $0.scopes.map(\.rawValue),
                    created_at: $0.createdAt, expires_at: $0.expiresAt, revoked_at: $0.revokedAt,
                    max_concurrent: $0.limits.maximumConcurrent, rate: $0.limits.rate?.description,
                    client_gone: $0.limits.clientGone?.rawValue, feedback_tokens: $0.limits.feedbackTokens)
            }
            if json { return try Output.json(lines) }
            for line in lines {
                let state = line.revoked_at != nil ? "revoked" : "active"
                print("\(line.id)  \(line.project)  \(line.name)  \(state)  \(line.scopes.joined(separator: ","))")
            }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Revoke a key. Running gateways notice within 5 seconds.")

        @Argument(help: "The key's id, from `gleaner keys list`.") var id: String

        func run() async throws {
            let environment = try await CommandEnvironment.load()
            guard let key = ID<APIKey>(id) else { throw KeyError.keyUnknown(id) }
            guard try await environment.withDatabase({ try await PostgresKeyStore(pool: $0).revoke(key) }) else {
                throw KeyError.keyUnknown(id)
            }
            print("revoked \(id)")
        }
    }
}
