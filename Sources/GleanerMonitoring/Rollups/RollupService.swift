public import AsyncPostgres
public import Foundation
public import GleanerCore

/// Keeps rollups in step with what they count.
///
/// Whatever changes an hour leaves a mark with it, in its own transaction or right behind it; a pass takes the marks and
/// counts those hours anew from their rows. So late data counts where it belongs, a repetition changes nothing, and a
/// rebuild is the same work over all hours.
public struct RollupService: Sendable {
    let store: PostgresRollupStore

    public init(pool: PostgresPool) { store = PostgresRollupStore(pool: pool) }

    /// So many hours in a pass.
    private static let most = 500
    /// Hours that began that long ago are history, in seconds.
    private static let fresh = 7200.0

    /// To be told of every exchange that has landed, after its commit and before the journal lets it go.
    public func landed(_ exchanges: [(id: ID<Exchange>, project: ID<Project>)]) async throws {
        try await store.mark(
            Set(exchanges.map { RollupUnit(project: $0.project, hour: $0.id.timestamp.beginning(of: .minute)) }))
    }

    /// Counts what is marked of `parts`, the newest hours first, unless another instance is at it.
    ///
    /// What comes meanwhile waits for the next pass, which begins with it: so the last two hours are never older than a
    /// pass and a pause, however much history there is to be counted.
    /// - Parameter patience: for so long history is counted, of each part; one hour of it in any case.
    /// - Returns: how many hours were counted.
    @discardableResult
    public func pass(
        _ parts: [RollupPart] = RollupPart.allCases, now: Date = Date(), patience: Duration = .seconds(10)
    ) async throws -> Int {
        var counted = 0
        for part in parts {
            let start = ContinuousClock.now
            for unit in try await store.units(marked: part, limit: Self.most) where !Task.isCancelled {
                guard try await store.count(part, of: unit, now: now) else { break }
                counted += 1
                let isHistory = now.timeIntervalSince(unit.hour) > Self.fresh
                if isHistory, ContinuousClock.now - start > patience { break }
            }
        }
        return counted
    }

    /// Counts everything of a project anew, together with the instances that run.
    /// - Returns: how many hours there were.
    public func rebuild(_ project: ID<Project>, from: Date, to: Date) async throws -> Int {
        let last = try await store.markAll(of: project, from: from, to: to)
        let start = from.beginning(of: .hour)
        repeat {
            if try await pass() == 0 { try await Task.sleep(for: .milliseconds(200)) }
        } while try await store.isMarked(project, through: last)
        return max(0, Int((to.timeIntervalSince(start) / Stretch.hour.seconds).rounded(.up)))
    }

    /// When the first exchange that is still kept was received; `nil` without any.
    public func firstExchange(of project: ID<Project>) async throws -> Date? {
        try await store.firstExchange(of: project)
    }

    /// What waits in the annotation queue, and the end of this pass.
    public func countBacklog(now: Date = Date()) async throws {
        try await store.countBacklog(now: now)
        try await store.ended("backlog", at: now)
    }

    public func prune(now: Date = Date()) async throws { try await store.prune(now: now) }
    func ended(_ name: String, at time: Date) async throws { try await store.ended(name, at: time) }
    func reviewBacklog() async throws -> [ReviewBacklog] { try await store.reviewBacklog() }
    func erased() async throws -> Int { try await store.erased() }
    func behind() async throws -> [RollupBacklog] { try await store.behind() }
}
