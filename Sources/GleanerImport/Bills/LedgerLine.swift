public import AsyncPostgres
import Foundation

/// What Gleaner knows that a model took on a day (UTC), from `report.exchanges_daily`.
public struct LedgerLine: Sendable, Hashable {
    public var day: String
    public var model: String
    public var exchanges: Int64
    /// Of them, those whose tokens are known.
    public var counted: Int64
    /// Of them, those whose cost is known.
    public var priced: Int64
    public var inputTokens: Int64
    public var outputTokens: Int64
    public var costUSD: Double

    public init(
        day: String, model: String, exchanges: Int64, counted: Int64, priced: Int64, inputTokens: Int64,
        outputTokens: Int64, costUSD: Double
    ) {
        self.day = day
        self.model = model
        self.exchanges = exchanges
        self.counted = counted
        self.priced = priced
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
        self.costUSD = costUSD
    }

    /// - Parameters:
    ///   - days: the first and the last, both included.
    ///   - project: `nil` for all, as a bill is for an account.
    public static func reading(
        days: ClosedRange<String>, provider: String?, project: String?, on pool: PostgresPool
    ) async throws -> [LedgerLine] {
        try await pool.query(
            """
            SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, model,
                   sum(answered)::bigint AS exchanges, sum(counted)::bigint AS counted, sum(priced)::bigint AS priced,
                   sum(prompt_tokens)::bigint AS input, sum(completion_tokens)::bigint AS output,
                   sum(cost_usd)::float8 AS cost
            FROM report.exchanges_daily
            WHERE at >= \(days.lowerBound)::text::date::timestamp AT TIME ZONE 'UTC'
              AND at <= \(days.upperBound)::text::date::timestamp AT TIME ZONE 'UTC'
              AND (\(provider)::text IS NULL OR provider = \(provider))
              AND (\(project)::text IS NULL OR project = \(project))
            GROUP BY 1, 2 ORDER BY 1, 2
            """
        ).map { row in
            LedgerLine(
                day: try row.decode("day"), model: try row.decode("model"), exchanges: try row.decode("exchanges"),
                counted: try row.decode("counted"), priced: try row.decode("priced"),
                inputTokens: try row.decodeIfPresent("input") ?? 0,
                outputTokens: try row.decodeIfPresent("output") ?? 0, costUSD: try row.decodeIfPresent("cost") ?? 0)
        }
    }
}
