import ArgumentParser
import AsyncCurl
import AsyncPostgres
import Foundation
import GleanerCore
import GleanerErasure
import GleanerJobs
import GleanerServer
import Logging

struct Erase: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Take an exchange, an end user or a conversation out of everything, and print a receipt.",
        discussion: """
            Shows what would go and asks before anything does. Works on the database directly; running instances empty \
            their journals meanwhile, and one that is away does so when it is back.
            """, subcommands: [Now.self, List.self, Receipt.self], defaultSubcommand: Now.self)

    struct Now: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "now", abstract: "Erase. The default.")

        @Option(help: "An exchange's id, or a written example's.") var exchange: String?
        @Option(help: "An end user, as the client names them.") var endUser: String?
        @Option(help: "A conversation, as the client names it.") var conversation: String?
        @Option(help: "Whose.") var project = "default"
        @Option(help: "For the receipt, where it stays: a ticket, not a person.") var reason = ""
        @Flag(help: "Keep no new exchanges of the subject either.") var forbid = false
        @Flag(help: "Only show what would go.") var dryRun = false
        @Flag(help: "Do not ask.") var yes = false
        @Flag(help: "As JSON.") var json = false

        func run() async throws {
            let subject = try subject()
            let environment = try await CommandEnvironment.load()
            try await environment.withDatabase { pool in
                let project = try await PostgresKeyStore(pool: pool).existingProject(named: project)
                let erasures = GleanerService.erasures(on: pool)
                if dryRun { return try show(await erasures.preview(subject, in: project)) }
                let proposed = try await erasures.propose(
                    subject, forbid: forbid, reason: reason, by: "cli", in: project)
                if !yes, try !agreed(proposed) { throw ExitCode(1) }
                try await erasures.confirm(proposed.id, by: "cli", in: project)
                try await work(on: pool, environment) { try await done(proposed.id, erasures, project) }
                let receipt = try await erasures.receipt(of: proposed.id, in: project)
                if json { try Output.json(receipt) } else { print(receipt.markdown) }
            }
        }

        private func subject() throws -> ErasureSubject {
            let named = [
                exchange.map { (ErasureSubject.Kind.exchange, $0) }, endUser.map { (.endUser, $0) },
                conversation.map { (.conversation, $0) },
            ].compactMap { $0 }
            guard let (kind, text) = named.first, named.count == 1 else {
                throw ErasureError.subjectsWanted(found: named.count)
            }
            return try ErasureSubject(kind, text)
        }

        private func show(_ rows: [String: Int64]) throws {
            if json { return try Output.json(["rows": rows]) }
            print(rows.isEmpty ? "Nothing of it is in PostgreSQL." : "Would go:")
            for (table, count) in rows.sorted(by: { $0.key < $1.key }) { print("  \(table): \(count)") }
        }

        private func agreed(_ proposed: Erasure) throws -> Bool {
            try show(proposed.preview)
            guard isatty(STDIN_FILENO) == 1 else {
                throw CommandError.unusable(
                    "An erasure must be confirmed, and nobody is there to ask.",
                    fix: "Look at what --dry-run says, then add --yes.")
            }
            print("This cannot be taken back. Type erase to go on: ", terminator: "")
            Output.flush()
            return readLine() == "erase"
        }

        /// A worker of this command's own beside those of servers: whoever is first does the job.
        private func work(
            on pool: PostgresPool, _ environment: CommandEnvironment,
            until isDone: @escaping @Sendable () async throws -> Void
        ) async throws {
            var quiet = environment.logger
            quiet.logLevel = .warning
            let client = CurlClient()
            defer { client.shutdown() }
            let files = TuningParts(
                pool: pool, client: client, providers: environment.configuration.providersByName,
                configuration: environment.configuration, logger: quiet
            ).trainerFiles
            let worker = JobWorker(
                queue: JobQueue(pool: pool),
                handlers: GleanerService.erasureHandlers(on: pool, files: files, logger: quiet),
                logger: quiet)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await worker.run() }
                group.addTask { try await isDone() }
                try await group.next()
                group.cancelAll()
            }
        }

        private func done(_ id: ID<Erasure>, _ erasures: ErasureService, _ project: ID<Project>) async throws {
            let progress = Progress(isQuiet: json)
            while true {
                let erasure = try await erasures.find(id, in: project)
                if erasure.state == .done { break }
                progress.show("\(erasure.state.rawValue), exchanges", Int(erasure.counts["exchanges"] ?? 0), of: 0)
                try await Task.sleep(for: .milliseconds(200))
            }
            progress.end()
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List erasures, newest first.")

        @Option(help: "Whose.") var project = "default"
        @Option(help: "At most so many.") var limit = 50
        @Flag(help: "As JSON.") var json = false

        func run() async throws {
            let environment = try await CommandEnvironment.load()
            let found = try await environment.withDatabase { pool in
                try await GleanerService.erasures(on: pool).list(
                    of: PostgresKeyStore(pool: pool).existingProject(named: project), limit: max(limit, 1))
            }
            if json { return try Output.json(found.map(ErasureBody.init)) }
            for erasure in found {
                print(
                    "\(erasure.id)  \(erasure.kind.rawValue)  \(erasure.state.rawValue)  "
                        + "\(erasure.counts["exchanges"] ?? 0) exchanges  \(erasure.requestedAt.ISO8601Format())")
            }
        }
    }

    struct Receipt: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the receipt of an erasure, in Markdown.",
            discussion: "Journals that have confirmed since are in it.")

        @Argument(help: "The erasure's id.") var id: String
        @Option(help: "Whose.") var project = "default"
        @Flag(help: "As JSON.") var json = false

        func run() async throws {
            guard let id = ID<Erasure>(id) else {
                throw CommandError.unusable("This is no erasure's id.", fix: "See `gleaner erase list`.")
            }
            let environment = try await CommandEnvironment.load()
            let receipt = try await environment.withDatabase { pool in
                try await GleanerService.erasures(on: pool).receipt(
                    of: id, in: PostgresKeyStore(pool: pool).existingProject(named: project))
            }
            if json { try Output.json(receipt) } else { print(receipt.markdown) }
        }
    }
}
