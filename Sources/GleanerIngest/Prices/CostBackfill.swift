public import AsyncPostgres
public import Foundation
public import GleanerCore

/// Gives stored exchanges the cost that today's prices say they had: those from before a price was known, or all.
public struct CostBackfill: Sendable {
    public struct Result: Sendable, Hashable {
        /// Exchanges with usage that were looked at.
        public var seen = 0
        /// Of these, those whose cost was set.
        public var priced = 0
        /// Models without a price, with how many exchanges of theirs there were.
        public var unpriced: [String: Int] = [:]

        public init() {}
    }

    private let pool: PostgresPool
    private let batch = 1000

    public init(pool: PostgresPool) { self.pool = pool }

    /// - Parameters:
    ///   - project: `nil` for all.
    ///   - replacing: also those that have a cost already.
    public func run(
        since: Date, project: ID<Project>? = nil, replacing: Bool = false, progress: (Int) -> Void = { _ in }
    ) async throws -> Result {
        let table = PriceTable(try await PriceStore(pool: pool).all())
        var result = Result()
        let projects: [ID<Project>]
        if let project {
            projects = [project]
        } else {
            projects = try await pool.query("SELECT id FROM gleaner.projects ORDER BY id").map {
                ID(try $0.decode("id", as: UUID.self))
            }
        }
        for project in projects {
            var after = ID<Exchange>.least(at: since)
            while let last = try await step(after: after, project, replacing, table, &result) {
                after = last
                progress(result.seen)
            }
        }
        return result
    }

    /// - Returns: the last id of a page; `nil` when there is none left.
    private func step(
        after: ID<Exchange>, _ project: ID<Project>, _ replacing: Bool, _ table: PriceTable, _ result: inout Result
    ) async throws -> ID<Exchange>? {
        let rows = try await pool.query(
            """
            SELECT e.shard, e.id, e.received_at, e.provider, e.served_model, e.requested_model, e.prompt_tokens,
                   e.cached_tokens, e.cache_write_tokens, e.completion_tokens,
                   (SELECT a.model FROM gleaner.attempts a WHERE a.shard = e.shard AND a.exchange_id = e.id
                    ORDER BY a.number DESC LIMIT 1) AS attempted_model
            FROM gleaner.exchanges e
            WHERE e.project_id = \(project.uuid) AND e.id > \(after.uuid)
              AND (e.prompt_tokens IS NOT NULL OR e.completion_tokens IS NOT NULL)
              AND (\(replacing) OR e.cost_usd IS NULL)
            ORDER BY e.id LIMIT \(batch)
            """)
        var costs: [(shard: Int16, id: UUID, cost: Double)] = []
        var last: ID<Exchange>?
        for row in rows {
            let id = try row.decode("id", as: UUID.self)
            last = ID(id)
            result.seen += 1
            let models: [String?] = [
                try row.decodeIfPresent("served_model"), try row.decodeIfPresent("attempted_model"),
                try row.decodeIfPresent("requested_model"),
            ]
            let price = try table.price(
                ofFirst: models, from: row.decodeIfPresent("provider"), at: row.decode("received_at"))
            if let price {
                costs.append((try row.decode("shard"), id, try Self.tokens(row).cost(at: price.rates)))
            } else {
                result.unpriced[models.lazy.compactMap { $0 }.first ?? "?", default: 0] += 1
            }
        }
        result.priced += try await store(costs)
        return last
    }

    private static func tokens(_ row: PostgresRow) throws -> TokenCounts {
        func count(_ column: String) throws -> Int64 {
            Int64(try row.decodeIfPresent(column, as: Int32.self) ?? 0)
        }
        return try TokenCounts(
            prompt: count("prompt_tokens"), cached: count("cached_tokens"), cacheWrite: count("cache_write_tokens"),
            completion: count("completion_tokens"))
    }

    private func store(_ costs: [(shard: Int16, id: UUID, cost: Double)]) async throws -> Int {
        guard !costs.isEmpty else { return 0 }
        return try await pool.query(
            """
            UPDATE gleaner.exchanges e SET cost_usd = c.cost
            FROM unnest(\(PostgresArray(costs.map(\.shard))), \(PostgresArray(costs.map(\.id))),
                        \(PostgresArray(costs.map(\.cost)))) AS c (shard, id, cost)
            WHERE e.shard = c.shard AND e.id = c.id
            """
        ).affected
    }
}

extension ID {
    /// The smallest one of that millisecond: for ranges of time.
    static func least(at time: Date) -> Self {
        let milliseconds = UInt64(max(0, time.timeIntervalSince1970 * 1000))
        let bytes = (0..<16).map { $0 < 6 ? UInt8(truncatingIfNeeded: milliseconds >> (40 - 8 * UInt64($0))) : 0 }
        return Self(bytes: bytes)!
    }
}
