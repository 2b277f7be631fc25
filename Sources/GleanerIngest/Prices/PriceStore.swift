public import AsyncPostgres
public import Foundation
import GleanerCore

/// The table `gleaner.prices`. Whoever listens on `gleaner_prices` hears of each change.
public struct PriceStore: Sendable {
    /// Before any exchange: in force always.
    public static let always = Date(timeIntervalSince1970: 0)

    private let pool: PostgresPool

    public init(pool: PostgresPool) { self.pool = pool }

    /// By model, provider and date.
    public func all() async throws -> [Price] {
        try await pool.query(
            """
            SELECT provider, model, effective_from, input_usd, cached_input_usd, cache_write_usd, output_usd
            FROM gleaner.prices ORDER BY model, provider NULLS FIRST, effective_from
            """
        ).map { row in
            Price(
                provider: try row.decodeIfPresent("provider"),
                model: try ModelPattern(row.decode("model", as: String.self)),
                effectiveFrom: try row.decode("effective_from"),
                rates: try TokenRates(
                    input: row.decode("input_usd"), cachedInput: row.decodeIfPresent("cached_input_usd"),
                    cacheWrite: row.decodeIfPresent("cache_write_usd"), output: row.decode("output_usd")))
        }
    }

    /// Keeps all of `prices` or none; a price of the same model, provider and date is replaced.
    public func set(_ prices: [Price]) async throws {
        // The last of equal ones counts, and ON CONFLICT takes each row once.
        var latest: [[String]: Price] = [:]
        for price in prices { latest[price.key] = price }
        let rows = latest.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
        guard !rows.isEmpty else { return }
        try await pool.query(
            """
            INSERT INTO gleaner.prices
                (id, provider, model, effective_from, input_usd, cached_input_usd, cache_write_usd, output_usd, created_at)
            SELECT *, now() FROM unnest(
                \(PostgresArray(rows.map { _ in ID<Price>.new().uuid })), \(PostgresArray(rows.map(\.provider))),
                \(PostgresArray(rows.map(\.model.description))), \(PostgresArray(rows.map(\.effectiveFrom))),
                \(PostgresArray(rows.map(\.rates.input))), \(PostgresArray(rows.map(\.rates.cachedInput))),
                \(PostgresArray(rows.map(\.rates.cacheWrite))), \(PostgresArray(rows.map(\.rates.output))))
            ON CONFLICT ON CONSTRAINT prices_model_key DO UPDATE SET
                input_usd = excluded.input_usd, cached_input_usd = excluded.cached_input_usd,
                cache_write_usd = excluded.cache_write_usd, output_usd = excluded.output_usd
            """)
    }

    /// From when a price counts that nobody gave a date: the first one of a model always, a later one from now on.
    public func start(of model: ModelPattern, from provider: String?, wanted: Date?) async throws -> Date {
        if let wanted { return wanted }
        return try await knows(model, of: provider) ? Date() : Self.always
    }

    /// Whether a price of exactly this model and provider is known, whatever its date.
    public func knows(_ model: ModelPattern, of provider: String?) async throws -> Bool {
        try await !pool.query(
            """
            SELECT 1 FROM gleaner.prices
            WHERE model = \(model.description) AND provider IS NOT DISTINCT FROM \(provider) LIMIT 1
            """
        ).isEmpty
    }

    /// - Parameter date: `nil` removes those of all dates.
    /// - Returns: how many there were.
    public func remove(_ model: ModelPattern, of provider: String?, from date: Date?) async throws -> Int {
        try await pool.query(
            """
            DELETE FROM gleaner.prices
            WHERE model = \(model.description) AND provider IS NOT DISTINCT FROM \(provider)
              AND (\(date)::timestamptz IS NULL OR effective_from = \(date))
            """
        ).affected
    }
}

extension Price {
    fileprivate var key: [String] {
        [model.description, provider.map { "=" + $0 } ?? "", "\(effectiveFrom.timeIntervalSince1970)"]
    }
}
