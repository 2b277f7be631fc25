import AsyncPostgres
import Foundation
import GleanerCore

/// Replaces an hour's rollups, and its day's, within a transaction.
struct RollupCounting {
    let unit: RollupUnit
    let connection: PostgresConnection

    /// What has just come is beyond the newest statistics: the planner takes millions of rows for a handful, and would sort
    /// them instead of hashing them, at four times the cost. For this transaction.
    func plan() async throws {
        try await run(
            """
            SELECT set_config('enable_sort', 'off', true), set_config('enable_nestloop', 'off', true),
                   set_config('work_mem', '64MB', true), set_config('jit', 'off', true)
            """)
    }

    private func run(_ sql: SQL) async throws {
        try await connection.query(sql, timeout: PostgresRollupStore.patience)
    }

    /// - Parameter stretches: the beginnings of five minutes to count; `nil` counts the hour at once, without those.
    func exchanges(_ stretches: Set<Date>?) async throws {
        let table = RollupTable.exchanges
        try await plan()
        try await run(table.removing(unit.span))
        if let stretches {
            for span in stretches.sorted().map(unit.span(fiveMinutesFrom:)) {
                try await run(table.removing(span))
                try await run(RollupCount.exchanges(span))
                try await slice(span, "slice_rollups")
            }
            try await run(table.adding(unit.span, of: .fiveMinutes))
        } else {
            try await run(RollupCount.exchanges(unit.span))
        }
        try await addDay(table)
        for span in [unit.span, unit.daySpan] { try await slice(span, "slice_rollups") }
    }

    /// Adds what has been counted up for each value of one slice.
    private func slice(_ span: RollupSpan, _ function: String) async throws {
        try await run("SELECT gleaner.\(raw: function)(\(span.project.uuid), \(span.stretch.rawValue), \(span.from))")
    }

    /// What was said of exchanges before they landed is in the other parts only now.
    func markRest() async throws {
        try await run(
            """
            INSERT INTO gleaner.rollup_marks (project_id, part, at)
            SELECT \(unit.project.uuid), part, \(unit.hour) FROM unnest(ARRAY['judgements', 'reviews', 'evaluators']) AS m (part)
            WHERE part <> 'evaluators'
               OR EXISTS (SELECT FROM gleaner.evaluator_policies WHERE project_id = \(unit.project.uuid))
            """)
    }

    func judgements() async throws {
        try await replace(.judgements, RollupCount.judgements)
        try await replace(.categories, RollupCount.categories)
        for span in [unit.span, unit.daySpan] { try await slice(span, "slice_judgements") }
    }

    func reviews() async throws { try await replace(.reviews, RollupCount.reviews) }
    func evaluators() async throws { try await replace(.evaluators, RollupCount.evaluators) }
    func work() async throws { try await replace(.work, RollupCount.work) }

    private func replace(_ table: RollupTable, _ count: (RollupSpan) -> SQL) async throws {
        try await run(table.removing(unit.span))
        try await run(count(unit.span))
        try await addDay(table)
    }

    private func addDay(_ table: RollupTable) async throws {
        try await run(table.removing(unit.daySpan))
        try await run(table.adding(unit.daySpan, of: .hour))
    }
}
