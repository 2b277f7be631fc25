public import AsyncPostgres
import Foundation
public import GleanerCore

/// Looks for exchanges, newest first, for a given time at most.
///
/// A search walks along one index (`SearchDriver`) in steps of bounded size (`SearchPace`), so that no filter, however few
/// exchanges meet it, can hold the database up: when time is up, the page says how far it has looked, and its cursor goes
/// on from there.
public struct ExchangeSearch: Sendable {
    private let pool: PostgresPool

    /// For one page of the API and of the console.
    public static let budget = Duration.milliseconds(100)
    public static let largestPage = 500
    /// A client's own id may be that far from when its exchange was received, in seconds.
    private static let clockTolerance = 300.0

    public init(pool: PostgresPool) { self.pool = pool }

    /// - Parameters:
    ///   - before: only those before it: the cursor of the page before, which need not be the id of an exchange.
    ///   - after: only those after it.
    ///   - limit: 1…`largestPage`.
    public func page(
        of project: ID<Project>, _ filter: ExchangeFilter, before: ID<Exchange>? = nil, after: ID<Exchange>? = nil,
        limit: Int, budget: Duration = Self.budget
    ) async throws -> SearchPage {
        let bounds = Self.bounds(filter, before: before, after: after)
        let needle = filter.text.map { TextNeedle($0) }
        let clock = ContinuousClock()
        var page = SearchPage(limit: limit)
        var pace = SearchPace(first: filter.isEmpty ? limit + 1 : max(4 * limit, 200), budget: budget)
        var walk = SearchWalk(
            project: project, driver: SearchDriver(filter), conditions: SearchConditions(filter).sql,
            above: bounds.above,
            below: bounds.below)
        try await pool.withConnection { connection in
            while let rows = pace.rows, !page.isDone {
                let began = clock.now
                let step = SearchStep(walk: walk, needle: needle, rows: rows, hits: page.wanted)
                let outcome = try await step.run(on: connection)
                var matches: [ID<Exchange>: TextMatch]?
                if let needle { matches = try await Self.matches(of: needle, in: outcome.hits, connection) }
                page.take(outcome, matches)
                if let next = page.next { walk.below = next.uuid }
                pace.took(clock.now - began, rows: rows)
            }
        }
        page.endInTime(page.isDone)
        return page
    }

    /// Where each hit says it; those are missing in which only the names of JSON members do.
    private static func matches(
        of needle: TextNeedle, in hits: [ExchangeSummary], _ connection: PostgresConnection
    ) async throws -> [ID<Exchange>: TextMatch] {
        let bodies = try await connection.query(
            """
            SELECT b.id, b.messages, b.answer FROM gleaner.exchange_bodies b
            JOIN unnest(\(PostgresArray(hits.map(\.id.shard.value))), \(PostgresArray(hits.map(\.id.uuid)))) AS h (shard, id)
              USING (shard, id)
            """)
        var matches: [ID<Exchange>: TextMatch] = [:]
        for row in bodies {
            matches[ID(try row.decode("id", as: UUID.self))] = TextMatch(
                needle, messages: try row.json("messages"), answer: try row.json("answer"))
        }
        return matches
    }

    private static func bounds(
        _ filter: ExchangeFilter, before: ID<Exchange>?, after: ID<Exchange>?
    ) -> (above: UUID, below: UUID) {
        let since = filter.since.map { ID<Exchange>(UUID.lowest(at: $0.addingTimeInterval(-clockTolerance))) }
        let until = filter.until.map { ID<Exchange>(UUID.lowest(at: $0.addingTimeInterval(clockTolerance))) }
        let above = [since, after].compactMap { $0 }.max() ?? ID(bytes: [UInt8](repeating: 0, count: 16))!
        let below = [until, before].compactMap { $0 }.min() ?? ID(bytes: [UInt8](repeating: 0xFF, count: 16))!
        return (above.uuid, below.uuid)
    }
}
