import ArgumentParser
import Foundation
import GleanerCore
import GleanerJobs
import GleanerServer

struct Jobs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Background work: what waits, what runs, and what failed for good.",
        subcommands: [List.self, Retry.self], defaultSubcommand: List.self)

    /// Whose jobs.
    struct Common: ParsableArguments {
        @Option(help: "Whose jobs.") var project = "default"
        @Flag(help: "As JSON.") var json = false

        func withQueue<Value: Sendable>(_ body: (JobQueue, ID<Project>) async throws -> Value) async throws -> Value {
            let environment = try await CommandEnvironment.load()
            return try await environment.withDatabase { pool in
                let project = try await PostgresKeyStore(pool: pool).existingProject(named: project)
                return try await body(JobQueue(pool: pool), project)
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Jobs, newest first. Those that were done more than a day ago are not kept.")
        @OptionGroup var common: Common
        @Option(help: "Only those: waiting, running, done or dead.") var state: String?
        @Option(help: "Only this kind, such as moderate.") var kind: String?
        @Option(help: "At most this many.") var limit = 50

        func validate() throws {
            if let state, JobState(rawValue: state) == nil {
                throw ValidationError("--state is waiting, running, done or dead.")
            }
        }

        func run() async throws {
            let filter = JobQueue.Filter(
                state: state.flatMap(JobState.init), kind: kind.map(JobKind.init(rawValue:)))
            let jobs = try await common.withQueue {
                try await $0.list(filter, of: $1, limit: min(max(limit, 1), 10_000))
            }
            if common.json { return try Output.json(jobs.map(JobBody.init)) }
            for job in jobs { print(Jobs.line(job)) }
        }
    }

    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let dead jobs begin again, with all their attempts.")
        @OptionGroup var common: Common
        @Argument(help: "Their ids, from `gleaner jobs --state dead`.") var ids: [String]

        func run() async throws {
            let ids = try ids.map { text in
                guard let id = ID<Job>(text) else { throw CommandError.notFound("Job \(text)") }
                return id
            }
            let jobs = try await common.withQueue { queue, project in
                var jobs: [Job] = []
                for id in ids { jobs.append(try await queue.retry(id, of: project)) }
                return jobs
            }
            if common.json { return try Output.json(jobs.map(JobBody.init)) }
            for job in jobs { print(Jobs.line(job)) }
        }
    }

    private static func line(_ job: Job) -> String {
        let parts = [
            "\(job.id)", job.kind.rawValue, job.state.rawValue, "attempt \(job.attempts) of \(job.maximumAttempts)",
            job.progress.flatMap { try? String(decoding: $0.canonicalBytes(), as: UTF8.self) }, job.lastError,
        ]
        return parts.compactMap { $0 }.joined(separator: "  ")
    }
}
