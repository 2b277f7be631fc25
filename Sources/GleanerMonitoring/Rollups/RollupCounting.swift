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

    /// - Parameters:
    ///   - marks: minutes of the hour in which something landed; `nil` counts the hour at once, without its five minutes.
    ///   - recent: five minutes that begin from here on are counted minute by minute.
    func exchanges(_ marks: Set<Date>?, recent: Date) async throws {
        let table = RollupTable.exchanges
        try await plan()
        try await run(table.removing(unit.span))
        if let marks {
            let stretches = Dictionary(grouping: marks) { $0.beginning(of: .fiveMinutes) }
            for (start, marks) in stretches.sorted(by: { $0.key < $1.key }) {
                try await fiveMinutes(unit.span(.fiveMinutes, from: start), marks, byMinute: start >= recent)
            }
            try await run(table.adding(unit.span, of: .fiveMinutes))
        } else {
            try await run(RollupCount.exchanges(unit.span))
        }
        try await addDay(table)
        for span in [unit.span, unit.daySpan] { try await slice(span, "slice_rollups") }
    }

    private func fiveMinutes(_ span: RollupSpan, _ marks: [Date], byMinute: Bool) async throws {
        let table = RollupTable.exchanges
        if byMinute {
            // A mark where they begin is of all five: rebuilds have none of each minute.
            let hasMinutes = try await hasItsMinutes(span)
            let isWhole = !hasMinutes || marks.contains(span.from)
            let all = (0..<5).map { span.from.addingTimeInterval(Double($0) * Stretch.minute.seconds) }
            for start in all where isWhole || marks.contains(start) {
                let minute = unit.span(.minute, from: start)
                try await run(table.removing(minute))
                try await run(RollupCount.exchanges(minute))
            }
            try await run(table.removing(span))
            try await run(table.adding(span, of: .minute))
        } else {
            try await run(table.removing(span))
            try await run(RollupCount.exchanges(span))
        }
        try await slice(span, "slice_rollups")
    }

    /// Minutes that come to what their five minutes have, which an earlier Gleaner may have counted at once.
    private func hasItsMinutes(_ span: RollupSpan) async throws -> Bool {
        try await connection.query(
            """
            SELECT coalesce(sum(exchanges) FILTER (WHERE minutes = \(Stretch.minute.rawValue)), 0)
                 = coalesce(sum(exchanges) FILTER (WHERE minutes = \(Stretch.fiveMinutes.rawValue)), 0) AS is_so
            FROM gleaner.rollups
            WHERE project_id = \(span.project.uuid) AND minutes <= \(Stretch.fiveMinutes.rawValue) AND at >= \(span.from)
              AND at < \(span.to)
            """
        )[0].decode("is_so")
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
            SELECT \(unit.project.uuid), part, \(unit.hour) FROM unnest(ARRAY['judgements', 'reviews', 'moderation', 'evaluators']) AS m (part)
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
    func moderation() async throws { try await replace(.moderationScores, RollupCount.moderationScores) }
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
