public import AsyncPostgres
public import Foundation
import GleanerCore
import GleanerJobs
public import Logging
public import ServiceLifecycle

/// Looks at the trigger of every loop again and again, and begins rounds. One process at a time does, whichever holds the
/// lock.
public struct LoopKeeper: Service {
    private let store: PostgresLoopStore
    private let datasets: any LoopDatasets
    private let interval: Duration
    private let logger: Logger
    private let now: @Sendable () -> Date

    public init(
        pool: PostgresPool, datasets: any LoopDatasets, interval: Duration = .seconds(60), logger: Logger,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        store = PostgresLoopStore(pool: pool)
        self.datasets = datasets
        self.interval = interval
        self.logger = logger
        self.now = now
    }

    public func run() async throws {
        await repeating(every: interval) { await lookOnce() }
    }

    /// Looks at all of them, unless another process does at the moment.
    public func lookOnce() async {
        do {
            try await store.pool.alone(as: "gleaner.loops") {
                for loop in try await store.resting() { await lookKeepingOn(loop) }
            }
        } catch {
            if !Task.isCancelled { logger.warning("loops could not be looked at", metadata: ["error": "\(error)"]) }
        }
    }

    /// One that cannot be looked at does not keep the others from it, and says why.
    private func lookKeepingOn(_ loop: Loop) async {
        do {
            try await look(loop)
        } catch {
            guard !Task.isCancelled else { return }
            logger.warning(
                "a loop's trigger could not be looked at",
                metadata: ["loop.name": "\(loop.name)", "error": "\(error)"])
            try? await store.note(trouble: Explanation.trouble(of: error), of: loop.id)
        }
    }

    func look(_ loop: Loop) async throws {
        let trigger = loop.document.trigger
        let newest = try await datasets.newest(of: loop.document.dataset, in: loop.project)
        // A round that came to no version is not begun again for the same material.
        let since = [newest?.createdAt, try await store.newestStart(of: loop.id)].compactMap(\.self).max()
        let isDue = trigger.isDue(since: since ?? loop.createdAt, at: now())
        let enough = max(trigger.newExamples ?? 0, trigger.atLeast)
        let isSame = since == loop.standing.since
        let material = try await datasets.material(
            for: loop.document.dataset, since: since, in: loop.project,
            limit: enough + (isSame ? loop.standing.newsOf ?? 0 : 0))
        try await store.note(material: material, since: since, of: loop.id)
        guard trigger.move(loop.standing.count(material: material, since: since), isDue: isDue) == .look else { return }
        let news = try await datasets.news(
            of: loop.document.dataset, by: loop.document.policy, beside: newest, in: loop.project)
        try await store.note(news: news.added, of: material, in: loop.id)
        guard trigger.move(news: news.added, isDue: isDue) == .start else { return }
        let why =
            "\(news.added) new examples"
            + (isDue ? ", due since \((trigger.due(since: since ?? loop.createdAt) ?? now()).ISO8601Format())." : ".")
        do {
            let round = try await store.open(loop, by: LoopEvent.itself, why: why)
            logger.notice(
                "a loop began a round", metadata: ["loop.name": "\(loop.name)", "round.id": "\(round)"])
        } catch LoopError.roundOpen, LoopError.loopPaused {
            // A person was first.
        }
    }
}
