import AsyncPostgres
import Foundation
import GleanerCore
import GleanerJobs

extension PostgresAlertStore {
    static let alerts: SQL = """
        SELECT a.*, r.name AS rule, p.name AS project, v.document
        FROM gleaner.alerts a JOIN gleaner.alert_rules r ON r.id = a.rule_id
        JOIN gleaner.alert_rule_versions v ON v.rule_id = a.rule_id AND v.version = a.rule_version
        JOIN gleaner.projects p ON p.id = a.project_id
        """

    static func alert(_ row: PostgresRow) throws -> Alert {
        Alert(
            id: ID(try row.decode("id")), project: ID(try row.decode("project_id")),
            projectName: try row.decode("project"), rule: try row.decode("rule"),
            ruleVersion: Int(try row.decode("rule_version", as: Int32.self)), document: try document(row),
            slice: try row.decode("slice"),
            // The table's checks know the same words.
            severity: AlertSeverity(rawValue: try row.decode("severity")) ?? .warning,
            value: try row.decode("value"), low: try row.decode("low"), high: try row.decode("high"),
            line: try row.decode("line"), count: try row.decode("count"), from: try row.decode("window_from"),
            to: try row.decode("window_to"), since: try row.decodeIfPresent("since"),
            openedAt: try row.decode("opened_at"), notifiedAt: try row.decodeIfPresent("notified_at"),
            acknowledgedBy: try row.decodeIfPresent("acknowledged_by"),
            acknowledgedAt: try row.decodeIfPresent("acknowledged_at"),
            resolvedAt: try row.decodeIfPresent("resolved_at"),
            resolution: try row.decodeIfPresent("resolution").flatMap(Alert.Resolution.init(rawValue:)))
    }

    /// Newest first.
    func alerts(
        of project: ID<Project>, isOpen: Bool?, rule: String? = nil, before: ID<Alert>? = nil, limit: Int
    ) async throws -> [Alert] {
        guard rule?.utf8.contains(0) != true else { return [] }
        return try await pool.query(
            """
            \(sql: Self.alerts) WHERE a.project_id = \(project.uuid)
              AND (\(isOpen)::boolean IS NULL OR (a.resolved_at IS NULL) = \(isOpen))
              AND (\(rule)::text IS NULL OR r.name = \(rule))
              AND (\(before?.uuid)::uuid IS NULL OR a.id < \(before?.uuid)) ORDER BY a.id DESC LIMIT \(limit)
            """
        ).map(Self.alert)
    }

    /// - Parameter project: `nil` for whichever it is of.
    func alert(_ id: ID<Alert>, of project: ID<Project>?) async throws -> Alert? {
        try await pool.query(
            """
            \(sql: Self.alerts) WHERE a.id = \(id.uuid)
              AND (\(project?.uuid)::uuid IS NULL OR a.project_id = \(project?.uuid))
            """
        ).first.map(Self.alert)
    }

    /// Of all projects: those that somebody was told of and that are not over.
    func firing() async throws -> [Alert] {
        try await pool.query(
            "\(sql: Self.alerts) WHERE a.resolved_at IS NULL AND a.notified_at IS NOT NULL ORDER BY a.id LIMIT 1000"
        ).map(Self.alert)
    }

    /// Oldest first.
    func events(of alert: ID<Alert>) async throws -> [AlertEvent] {
        try await pool.query(
            "SELECT * FROM gleaner.alert_events WHERE alert_id = \(alert.uuid) ORDER BY id LIMIT 500"
        ).map { row in
            AlertEvent(
                kind: AlertEvent.Kind(rawValue: try row.decode("kind")) ?? .resolve, actor: try row.decode("actor"),
                why: try row.decode("why"), at: try row.decode("at"))
        }
    }

    // MARK: Opening and ending, as part of a transaction

    func record(
        _ kind: AlertEvent.Kind, _ alert: ID<Alert>, of project: ID<Project>, by actor: String, why: String,
        on connection: PostgresConnection
    ) async throws {
        try await connection.query(
            """
            INSERT INTO gleaner.alert_events (id, project_id, alert_id, kind, actor, why, at)
            VALUES (\(ID<AlertEvent>.new().uuid), \(project.uuid), \(alert.uuid), \(kind.rawValue), \(actor), \(why),
                    clock_timestamp())
            """)
        guard actor != AlertEvent.itself else { return }
        try await Self.audit(
            "alert.\(kind.rawValue)", alert.description, why, by: actor, in: project, on: connection)
    }

    /// Ends it, unless it has ended; channels that were told of it are told of this.
    func resolve(
        _ alert: ID<Alert>, of project: ID<Project>, as resolution: Alert.Resolution, by actor: String, why: String,
        on connection: PostgresConnection
    ) async throws {
        let resolved = try await connection.query(
            """
            UPDATE gleaner.alerts SET resolved_at = clock_timestamp(), resolution = \(resolution.rawValue)
            WHERE id = \(alert.uuid) AND resolved_at IS NULL
            """
        ).affected
        guard resolved == 1 else { return }
        try await record(.resolve, alert, of: project, by: actor, why: why, on: connection)
        let told = try await connection.query(
            "SELECT channel FROM gleaner.alert_deliveries WHERE alert_id = \(alert.uuid) AND kind = 'firing' ORDER BY channel"
        ).map { try $0.decode("channel", as: String.self) }
        try await deliver(.resolved, alert, of: project, to: told, on: connection)
    }

    /// Writes down who is to be told, and the jobs that tell them, all or none.
    func deliver(
        _ kind: AlertDelivery.Kind, _ alert: ID<Alert>, of project: ID<Project>, to channels: [String],
        on connection: PostgresConnection
    ) async throws {
        guard !channels.isEmpty else { return }
        let made = try await connection.query(
            """
            INSERT INTO gleaner.alert_deliveries (id, project_id, alert_id, channel, kind, created_at)
            SELECT d.id, \(project.uuid), \(alert.uuid), d.channel, \(kind.rawValue), clock_timestamp()
            FROM unnest(\(PostgresArray(channels.map { _ in ID<AlertDelivery>.new().uuid })), \(PostgresArray(channels)))
                AS d (id, channel)
            ON CONFLICT DO NOTHING RETURNING id
            """
        ).map { ID<AlertDelivery>(try $0.decode("id")) }
        try await queue.enqueue(
            made.map {
                NewJob(
                    kind: .alert, project: project, payload: ["delivery": .string($0.description)],
                    idempotencyKey: $0.description)
            }, on: connection)
    }

    /// Tells the channels of the rule, unless a silence holds it back, or they were told.
    func notify(
        _ alert: ID<Alert>, of rule: AlertRule, slice: String, on connection: PostgresConnection
    ) async throws {
        let silence = try await connection.query(
            """
            SELECT author, until FROM gleaner.alert_silences
            WHERE project_id = \(rule.project.uuid) AND until > clock_timestamp() AND ended_at IS NULL
              AND (rule_id IS NULL OR rule_id = \(rule.id.uuid)) AND (slice IS NULL OR slice = \(slice))
            ORDER BY until DESC LIMIT 1
            """
        ).first
        if let silence {
            let held = try await connection.query(
                "SELECT 1 FROM gleaner.alert_events WHERE alert_id = \(alert.uuid) AND kind = 'hold' LIMIT 1")
            guard held.isEmpty else { return }
            let until = try silence.decode("until", as: Date.self).ISO8601Format()
            return try await record(
                .hold, alert, of: rule.project, by: AlertEvent.itself,
                why: "Silenced by \(try silence.decode("author", as: String.self)) until \(until).", on: connection)
        }
        let notified = try await connection.query(
            """
            UPDATE gleaner.alerts SET notified_at = clock_timestamp()
            WHERE id = \(alert.uuid) AND notified_at IS NULL AND resolved_at IS NULL
            """
        ).affected
        guard notified == 1 else { return }
        let channels = rule.document.channels
        try await record(
            .notify, alert, of: rule.project, by: AlertEvent.itself,
            why: channels.isEmpty ? "The rule names no channel." : "To \(channels.joined(separator: ", ")).",
            on: connection)
        try await deliver(.firing, alert, of: rule.project, to: channels, on: connection)
    }
}
