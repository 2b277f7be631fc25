import AsyncPostgres
import Foundation
import GleanerCore

/// What a look found of one slice, and what follows.
struct SliceOutcome: Sendable {
    let slice: String
    /// What is shown: the one that decided, or the older window's.
    let look: RuleLook
    let machine: AlertMachine
    let move: AlertMachine.Move
    /// Of an alert that opens: when the change most likely began.
    var since: Date?
}

extension PostgresAlertStore {
    /// Every slice that was looked at, or has an open alert.
    func machines(of rule: AlertRule) async throws -> [String: AlertMachine] {
        let rows = try await pool.query(
            """
            SELECT coalesce(s.slice, a.slice) AS slice, s.cleared_from, s.silent_since, a.id IS NOT NULL AS is_open
            FROM (SELECT * FROM gleaner.alert_standings WHERE rule_id = \(rule.id.uuid)) s
            FULL JOIN (SELECT id, slice FROM gleaner.alerts WHERE rule_id = \(rule.id.uuid) AND resolved_at IS NULL) a
                ON a.slice = s.slice
            """)
        return Dictionary(
            try rows.map { row in
                (
                    try row.decode("slice", as: String.self),
                    AlertMachine(
                        isOpen: try row.decode("is_open"), clearedFrom: try row.decodeIfPresent("cleared_from"),
                        silentSince: try row.decodeIfPresent("silent_since"))
                )
            }, uniquingKeysWith: { first, _ in first })
    }

    func standings(of rules: [AlertRule]) async throws -> [ID<AlertRule>: [AlertStanding]] {
        let rows = try await pool.query(
            """
            SELECT * FROM gleaner.alert_standings WHERE rule_id = ANY (\(PostgresArray(rules.map(\.id.uuid))))
            ORDER BY count DESC, slice
            """)
        return Dictionary(
            grouping: try rows.map { row in
                (
                    rule: ID<AlertRule>(try row.decode("rule_id")),
                    standing: AlertStanding(
                        slice: try row.decode("slice"),
                        verdict: RuleLook.Verdict(rawValue: try row.decode("verdict")) ?? .notEnoughData,
                        value: try row.decodeIfPresent("value"), low: try row.decodeIfPresent("low"),
                        high: try row.decodeIfPresent("high"), count: try row.decode("count"),
                        from: try row.decode("window_from"), to: try row.decode("window_to"),
                        lookedAt: try row.decode("looked_at"))
                )
            }, by: \.rule
        ).mapValues { $0.map(\.standing) }
    }

    /// Keeps what a look found: standings, alerts that open or end, and who is to be told, all or none. When the rule
    /// was changed meanwhile, nothing.
    func keep(_ outcomes: [SliceOutcome], of rule: AlertRule, at time: Date) async throws {
        try await pool.withTransaction { connection in
            let current = try await connection.query(
                """
                SELECT 1 FROM gleaner.alert_rules
                WHERE id = \(rule.id.uuid) AND version = \(Int32(clamping: rule.version)) AND removed_at IS NULL FOR UPDATE
                """)
            guard !current.isEmpty else { return }
            try await connection.query(
                """
                DELETE FROM gleaner.alert_standings
                WHERE rule_id = \(rule.id.uuid) AND NOT slice = ANY (\(PostgresArray(outcomes.map(\.slice))))
                """)
            for outcome in outcomes { try await keep(outcome, of: rule, at: time, on: connection) }
            // Those a silence held back may be told of by now.
            let held = try await connection.query(
                """
                SELECT id, slice FROM gleaner.alerts
                WHERE rule_id = \(rule.id.uuid) AND resolved_at IS NULL AND notified_at IS NULL ORDER BY id
                """)
            for row in held {
                try await notify(ID(try row.decode("id")), of: rule, slice: try row.decode("slice"), on: connection)
            }
            try await connection.query(
                "UPDATE gleaner.alert_rules SET looked_at = \(time), trouble = NULL WHERE id = \(rule.id.uuid)")
        }
    }

    private func keep(
        _ outcome: SliceOutcome, of rule: AlertRule, at time: Date, on connection: PostgresConnection
    ) async throws {
        let look = outcome.look
        let interval = look.interval
        try await connection.query(
            """
            INSERT INTO gleaner.alert_standings
                (rule_id, slice, verdict, value, low, high, count, window_from, window_to, cleared_from, silent_since,
                 looked_at)
            VALUES (\(rule.id.uuid), \(outcome.slice), \(look.verdict.rawValue), \(look.value), \(interval?.low),
                    \(interval?.high), \(look.count), \(look.from), \(look.to), \(outcome.machine.clearedFrom),
                    \(outcome.machine.silentSince), \(time))
            ON CONFLICT ON CONSTRAINT alert_standings_pkey DO UPDATE SET
                verdict = EXCLUDED.verdict, value = EXCLUDED.value, low = EXCLUDED.low, high = EXCLUDED.high,
                count = EXCLUDED.count, window_from = EXCLUDED.window_from, window_to = EXCLUDED.window_to,
                cleared_from = greatest(alert_standings.cleared_from, EXCLUDED.cleared_from), silent_since = EXCLUDED.silent_since,
                looked_at = EXCLUDED.looked_at
            """)
        switch outcome.move {
        case .none: break
        case .open(let look): try await open(look, outcome, of: rule, on: connection)
        case .resolve(let look):
            try await end(outcome.slice, of: rule, as: .within, why: Self.words(look, rule), on: connection)
        case .lapse:
            try await end(
                outcome.slice, of: rule, as: .noData, why: "Too little was heard of it for three windows.",
                on: connection)
        }
    }

    private static func words(_ look: RuleLook, _ rule: AlertRule) -> String {
        let figure = look.value.map { AlertFigure.text($0, rule.document) } ?? ""
        return "It is \(figure) by now."
    }

    private func open(
        _ look: RuleLook, _ outcome: SliceOutcome, of rule: AlertRule, on connection: PostgresConnection
    ) async throws {
        guard let value = look.value, let interval = look.interval else { return }
        let id = ID<Alert>.new()
        let document = rule.document
        let opened = try await connection.query(
            """
            INSERT INTO gleaner.alerts
                (id, project_id, rule_id, rule_version, slice, severity, value, low, high, line, count, window_from,
                 window_to, since, opened_at)
            VALUES (\(id.uuid), \(rule.project.uuid), \(rule.id.uuid), \(Int32(clamping: rule.version)),
                    \(outcome.slice), \(document.severity.rawValue), \(value), \(interval.low), \(interval.high),
                    \(document.line), \(look.count), \(look.from), \(look.to), \(outcome.since), clock_timestamp())
            ON CONFLICT (rule_id, slice) WHERE resolved_at IS NULL DO NOTHING
            """
        ).affected
        guard opened == 1 else { return }
        try await record(.open, id, of: rule.project, by: AlertEvent.itself, why: rule.words, on: connection)
    }

    private func end(
        _ slice: String, of rule: AlertRule, as resolution: Alert.Resolution, why: String,
        on connection: PostgresConnection
    ) async throws {
        let open = try await connection.query(
            """
            SELECT id FROM gleaner.alerts
            WHERE rule_id = \(rule.id.uuid) AND slice = \(slice) AND resolved_at IS NULL FOR UPDATE
            """
        ).first
        guard let open else { return }
        try await resolve(
            ID(try open.decode("id")), of: rule.project, as: resolution, by: AlertEvent.itself, why: why,
            on: connection)
    }
}
