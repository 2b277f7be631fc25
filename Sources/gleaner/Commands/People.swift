import ArgumentParser
import Foundation
import GleanerConsole
import GleanerCore
import GleanerServer
import SQLMigrations

struct People: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Who may sign in to the console: invite, list, change roles.",
        subcommands: [Invite.self, List.self, GiveRole.self])

    struct Invite: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a link with which somebody chooses a password, good once and for three days.",
            discussion: "For somebody who is in the project already, and has lost theirs, too; their role stays.")

        @Argument(help: "What they sign in with.") var handle: String
        @Option(help: "viewer, reviewer, lead, engineer or admin.") var role: String
        @Option(help: "Their name; the handle when left out.") var name: String?
        @Option(help: "The project; made when there is none.") var project = "default"

        func run() async throws {
            let environment = try await CommandEnvironment.load()
            let role = try parsedRole(role)
            let token = try await environment.withDatabase { pool in
                try await Migrator.gleaner(pool: pool, logger: environment.logger).apply()
                let keys = PostgresKeyStore(pool: pool)
                let project = try await keys.project(named: project)
                let accounts = AccountService(pool: pool) { project }
                return try await accounts.invite(
                    handle, name: name ?? handle, role: role, to: project, by: "cli:\(NSUserName())")
            }
            let configuration = environment.configuration
            print("\(configuration.publicURL ?? "http://\(configuration.listen)")/welcome?token=\(token)")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List a project's people.")

        @Option(help: "The project.") var project = "default"
        @Flag(help: "As JSON.") var json = false

        func run() async throws {
            let environment = try await CommandEnvironment.load()
            let people = try await environment.withDatabase { pool in
                let project = try await PostgresKeyStore(pool: pool).existingProject(named: project)
                return try await AccountService(pool: pool) { project }.list(of: project)
            }
            if json { return try Output.json(people) }
            for person in people {
                let seen = person.seen_at.map { $0.ISO8601Format() } ?? (person.has_joined ? "not lately" : "invited")
                print("\(person.handle)  \(person.role)  \(person.name)  \(seen)")
            }
        }
    }

    struct GiveRole: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "role", abstract: "Change somebody's role, or take them out of the project.")

        @Argument(help: "What they sign in with.") var handle: String
        @Argument(help: "viewer, reviewer, lead, engineer, admin or none.") var role: String
        @Option(help: "The project.") var project = "default"

        func run() async throws {
            let environment = try await CommandEnvironment.load()
            let given = role == "none" ? nil : try parsedRole(role)
            try await environment.withDatabase { pool in
                let project = try await PostgresKeyStore(pool: pool).existingProject(named: project)
                try await AccountService(pool: pool) { project }
                    .setRole(given, of: handle, in: project, by: "cli:\(NSUserName())")
            }
            print("\(handle) \(role)")
        }
    }
}

private func parsedRole(_ text: String) throws -> Role {
    guard let role = Role(rawValue: text) else {
        throw CommandError.unusable(
            "the role `\(text)`", fix: "Use one of \(Role.allCases.map(\.rawValue).joined(separator: ", ")).")
    }
    return role
}
