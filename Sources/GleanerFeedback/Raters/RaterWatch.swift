public import AsyncPostgres
import Foundation
import GleanerCore
public import Logging
public import ServiceLifecycle

/// Looks at the day's votes every minute, marks raters whose votes look made, and counts the days. One instance does it
/// at a time.
public struct RaterWatch: Service {
    private let store: RaterStore
    private let rules: RaterRules
    private let logger: Logger
    private let interval: Duration
    private let now: @Sendable () -> Date

    public init(pool: PostgresPool, logger: Logger) {
        self.init(store: RaterStore(pool: pool), logger: logger)
    }

    init(
        store: RaterStore, rules: RaterRules = RaterRules(), logger: Logger, interval: Duration = .seconds(60),
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.store = store
        self.rules = rules
        self.logger = logger
        self.interval = interval
        self.now = now
    }

    public func run() async throws {
        await cancelWhenGracefulShutdown {
            var last = self.now().addingTimeInterval(-86_400)
            var behind: Set<ID<Project>> = []
            while !Task.isCancelled {
                let time = self.now()
                do {
                    behind = try await self.look(since: last, and: behind)
                    // A vote may be committed some seconds after its id was made.
                    last = time.addingTimeInterval(-60)
                } catch {
                    if Task.isCancelled { return }
                    self.logger.warning("raters could not be looked at", metadata: ["error": "\(error)"])
                }
                try? await Task.sleep(for: self.interval)
            }
        }
    }

    /// - Parameters:
    ///   - time: projects without votes since then are as they were.
    ///   - behind: projects that are looked at all the same.
    /// - Returns: those that could not be looked at. They hold up nobody else.
    @discardableResult
    func look(since time: Date, and behind: Set<ID<Project>> = []) async throws -> Set<ID<Project>> {
        let now = now()
        let voting = try await store.pool.withConnection { try await store.projects(votingSince: time, on: $0) }
        var failed: Set<ID<Project>> = []
        for project in behind.union(voting).sorted() {
            do {
                // Marks stand by themselves: they must not wait for counts of whole days, nor go back with them.
                if try await mark(project, at: now) { try await store.countDays(of: project, at: now) }
            } catch {
                try Task.checkCancellation()
                failed.insert(project)
                logger.warning(
                    "raters of a project could not be looked at",
                    metadata: ["project.id": "\(project)", "error": "\(error)"])
            }
        }
        return failed
    }

    /// - Returns: `false` when another instance does it.
    private func mark(_ project: ID<Project>, at now: Date) async throws -> Bool {
        try await store.pool.withTransaction { connection in
            let lock = try await connection.query(
                "SELECT pg_try_advisory_xact_lock(hashtextextended(\("gleaner.raters:\(project)"), 0)) AS mine")[0]
            guard try lock.decode("mine", as: Bool.self) else { return false }
            let activity = try await store.activity(of: project, at: now, on: connection)
            let suspicions = rules.suspicions(activity)
            try await store.mark(suspicions, of: project, at: now, on: connection)
            try await store.withdrawFewRaters(
                besides: suspicions, of: project, day: activity.day, at: now, on: connection)
            if !suspicions.isEmpty {
                logger.notice(
                    "raters are marked",
                    metadata: [
                        "project.id": "\(project)", "marks": "\(suspicions.count)",
                        "reasons": "\(Set(suspicions.map(\.reason.rawValue)).sorted().joined(separator: ","))",
                    ])
            }
            return true
        }
    }
}
