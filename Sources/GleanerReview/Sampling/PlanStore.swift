import AsyncPostgres
import Foundation
import GleanerCore

/// How many exchanges rules with a budget applied to, and what that allows in each hour.
struct PlanStore: Sendable {
    let pool: PostgresPool

    func count(_ volumes: [Drawing.Volume: Int], in project: ID<Project>) async throws {
        guard !volumes.isEmpty else { return }
        // In one order everywhere: instances that count at once do not deadlock.
        let entries = volumes.sorted { ($0.key.rule, $0.key.bucket) < ($1.key.rule, $1.key.bucket) }
        try await pool.query(
            """
            INSERT INTO gleaner.sampling_volumes (project_id, rule, hour, bucket, exchanges)
            SELECT \(project.uuid), v.rule, date_trunc('hour', now()), v.bucket, v.exchanges
            FROM unnest(
                \(PostgresArray(entries.map(\.key.rule))), \(PostgresArray(entries.map(\.key.bucket))),
                \(PostgresArray(entries.map { Int64($0.value) }))) AS v (rule, bucket, exchanges)
            ON CONFLICT (project_id, rule, hour, bucket) DO UPDATE SET
                exchanges = sampling_volumes.exchanges + excluded.exchanges
            """)
    }

    /// Stands for the days before a rule was made: `volumes` a day, as of yesterday.
    func prime(_ rule: SamplingRule, volumes: [Int16: Double]) async throws {
        let entries = volumes.filter { $0.value >= 0.5 }
        try await pool.query(
            """
            INSERT INTO gleaner.sampling_volumes (project_id, rule, hour, bucket, exchanges)
            SELECT \(rule.project.uuid), \(rule.name), date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
                       - interval '12 hours', v.bucket, v.exchanges
            FROM unnest(\(PostgresArray(entries.keys)), \(PostgresArray(entries.values.map { Int64($0.rounded()) })))
                AS v (bucket, exchanges)
            ON CONFLICT DO NOTHING
            """)
    }

    /// `c` of each rule that has a budget, for the hour at hand: read, or decided now for everybody.
    func scales(of rules: [SamplingRule]) async throws -> [UUID: Double] {
        let budgeted = rules.filter { $0.document.budgetPerDay != nil }
        guard !budgeted.isEmpty else { return [:] }
        var scales = try await read(budgeted)
        for rule in budgeted where scales[rule.id] == nil {
            let plan = try await plan(rule)
            // Whoever was first decides; the answer is that plan's, also when the hour has just turned.
            scales[rule.id] = try await pool.query(
                """
                INSERT INTO gleaner.sampling_plans (rule_id, hour, scale, expected)
                VALUES (\(rule.id), date_trunc('hour', now()), \(plan.scale), \(plan.expected))
                ON CONFLICT (rule_id, hour) DO UPDATE SET scale = sampling_plans.scale
                RETURNING scale
                """)[0].decode("scale")
        }
        return scales
    }

    private func read(_ rules: [SamplingRule]) async throws -> [UUID: Double] {
        let rows = try await pool.query(
            """
            SELECT rule_id, scale FROM gleaner.sampling_plans
            WHERE rule_id = ANY(\(PostgresArray(rules.map(\.id)))) AND hour = date_trunc('hour', now())
            """)
        return Dictionary(
            uniqueKeysWithValues: try rows.map {
                (try $0.decode("rule_id", as: UUID.self), try $0.decode("scale", as: Double.self))
            })
    }

    private func plan(_ rule: SamplingRule) async throws -> BudgetPlan {
        guard let budget = rule.document.budgetPerDay else { return BudgetPlan(scale: 1, expected: 0) }
        let rows = try await pool.query(
            """
            WITH day AS (SELECT date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' AS start)
            SELECT bucket, hour >= day.start AS is_today, greatest(sum(exchanges), 0)::float8 AS exchanges,
                   extract(epoch FROM now() - min(hour))::float8 / 86400 AS watched,
                   (SELECT count(DISTINCT date_trunc('day', v.hour AT TIME ZONE 'UTC')) FROM gleaner.sampling_volumes v
                    WHERE v.project_id = \(rule.project.uuid) AND v.rule = \(rule.name)
                      AND v.hour >= day.start - interval '7 days' AND v.hour < day.start) AS days
            FROM gleaner.sampling_volumes, day
            WHERE project_id = \(rule.project.uuid) AND rule = \(rule.name) AND hour >= day.start - interval '7 days'
            GROUP BY bucket, is_today, day.start
            """)
        var (mean, today, watched): ([Int16: Double], [Int16: Double], Double) = ([:], [:], 0)
        for row in rows {
            let bucket: Int16 = try row.decode("bucket")
            let exchanges: Double = try row.decode("exchanges")
            if try row.decode("is_today", as: Bool.self) {
                today[bucket] = exchanges
                watched = max(watched, try row.decode("watched"))
            } else {
                mean[bucket] = exchanges / Double(max(1, try row.decode("days", as: Int.self)))
            }
        }
        let unseen = rows.isEmpty ? try await exchangesADay(in: rule.project) : 0
        return BudgetPlan(budget: budget, mean: mean, today: today, watched: watched, unseen: unseen)
    }

    /// Over the last day, counted up to a million.
    private func exchangesADay(in project: ID<Project>) async throws -> Double {
        let day = ID<Exchange>.earliest(at: Date().addingTimeInterval(-86_400))
        return try await pool.query(
            """
            SELECT count(*)::float8 AS count FROM (
                SELECT 1 FROM gleaner.exchanges WHERE project_id = \(project.uuid) AND id > \(day.uuid) LIMIT 1000000) counted
            """)[0].decode("count")
    }

    /// Removes what no plan reads any more.
    func forgetOld() async throws {
        try await pool.query("DELETE FROM gleaner.sampling_volumes WHERE hour < now() - interval '8 days'")
        try await pool.query("DELETE FROM gleaner.sampling_plans WHERE hour < now() - interval '8 days'")
    }
}
