import AsyncPostgres
import Foundation
import GleanerCore

/// What people say, and what became of deliveries.
extension PostgresAlertStore {
    /// The first who does stays.
    func acknowledge(_ alert: Alert, by person: String, why: String) async throws {
        try await pool.withTransaction { connection in
            let changed = try await connection.query(
                """
                UPDATE gleaner.alerts SET acknowledged_by = \(person), acknowledged_at = clock_timestamp()
                WHERE id = \(alert.id.uuid) AND acknowledged_at IS NULL AND resolved_at IS NULL
                """
            ).affected
            guard changed == 1 else { return }
            try await record(.acknowledge, alert.id, of: alert.project, by: person, why: why, on: connection)
        }
    }

    /// Windows that began before now are left out from here on, or it would open again at once.
    func resolve(_ alert: Alert, by person: String, why: String) async throws {
        try await pool.withTransaction { connection in
            try await connection.query("SELECT 1 FROM gleaner.alerts WHERE id = \(alert.id.uuid) FOR UPDATE")
            try await connection.query(
                """
                UPDATE gleaner.alert_standings s SET cleared_from = now() FROM gleaner.alerts a
                WHERE a.id = \(alert.id.uuid) AND s.rule_id = a.rule_id AND s.slice = a.slice
                """)
            try await resolve(alert.id, of: alert.project, as: .byHand, by: person, why: why, on: connection)
        }
    }

    // MARK: Silences

    /// Those in force, the one that ends first before the others.
    func silences(of project: ID<Project>) async throws -> [AlertSilence] {
        try await pool.query(
            "\(sql: Self.silences) WHERE s.project_id = \(project.uuid) AND s.until > now() AND s.ended_at IS NULL ORDER BY s.until, s.id"
        ).map(Self.silence)
    }

    private static let silences: SQL = """
        SELECT s.*, r.name AS rule FROM gleaner.alert_silences s LEFT JOIN gleaner.alert_rules r ON r.id = s.rule_id
        """

    private static func silence(_ row: PostgresRow) throws -> AlertSilence {
        AlertSilence(
            id: ID(try row.decode("id")), rule: try row.decodeIfPresent("rule"),
            slice: try row.decodeIfPresent("slice"), until: try row.decode("until"), author: try row.decode("author"),
            why: try row.decode("why"), createdAt: try row.decode("created_at"))
    }

    func silence(
        _ rule: AlertRule?, slice: String?, until: Date, in project: ID<Project>, by person: String, why: String
    ) async throws -> ID<AlertSilence> {
        let id = ID<AlertSilence>.new()
        try await pool.withTransaction { connection in
            try await connection.query(
                """
                INSERT INTO gleaner.alert_silences (id, project_id, rule_id, slice, until, author, why, created_at)
                VALUES (\(id.uuid), \(project.uuid), \(rule?.id.uuid), \(slice), \(until), \(person), \(why), now())
                """)
            try await Self.audit(
                "alert.silence", rule?.name ?? "all rules", why, by: person, in: project, on: connection)
        }
        return id
    }

    /// - Throws: `AlertError.silenceUnknown`.
    func end(_ silence: ID<AlertSilence>, in project: ID<Project>, by person: String) async throws {
        try await pool.withTransaction { connection in
            let ended = try await connection.query(
                """
                UPDATE gleaner.alert_silences SET ended_by = \(person), ended_at = now()
                WHERE id = \(silence.uuid) AND project_id = \(project.uuid) AND ended_at IS NULL AND until > now()
                """
            ).affected
            guard ended == 1 else { throw AlertError.silenceUnknown(silence.description) }
            try await Self.audit(
                "alert.unsilence", silence.description, "", by: person, in: project, on: connection)
        }
    }

    // MARK: Deliveries

    func deliveries(of alert: ID<Alert>) async throws -> [AlertDelivery] {
        try await pool.query(
            "SELECT * FROM gleaner.alert_deliveries WHERE alert_id = \(alert.uuid) ORDER BY id"
        ).map(Self.delivery)
    }

    func delivery(_ id: ID<AlertDelivery>) async throws -> AlertDelivery? {
        try await pool.query("SELECT * FROM gleaner.alert_deliveries WHERE id = \(id.uuid)").first.map(Self.delivery)
    }

    private static func delivery(_ row: PostgresRow) throws -> AlertDelivery {
        AlertDelivery(
            id: ID(try row.decode("id")), alert: ID(try row.decode("alert_id")), channel: try row.decode("channel"),
            kind: AlertDelivery.Kind(rawValue: try row.decode("kind")) ?? .firing,
            attempts: Int(try row.decode("attempts", as: Int32.self)), failure: try row.decodeIfPresent("failure"),
            createdAt: try row.decode("created_at"), sentAt: try row.decodeIfPresent("sent_at"))
    }

    /// What an attempt came to.
    /// - Parameter failure: `nil` when it got there.
    func note(_ failure: String?, of delivery: ID<AlertDelivery>) async throws {
        try await pool.query(
            """
            UPDATE gleaner.alert_deliveries SET attempts = attempts + 1, failure = \(failure),
                sent_at = CASE WHEN \(failure == nil) THEN coalesce(sent_at, clock_timestamp()) ELSE sent_at END
            WHERE id = \(delivery.uuid)
            """)
    }
}
