import AsyncPostgres
import Foundation
import GleanerCore

/// What each table says of one exchange.
struct HistoryQuery {
    typealias Event = ExchangeHistory.Event
    let connection: PostgresConnection
    let id: ID<Exchange>
    let project: ID<Project>

    /// Whose rows, for a table with the exchange's shard.
    private var mine: SQL {
        "shard = \(id.shard.value) AND exchange_id = \(id.uuid) AND project_id = \(project.uuid)"
    }
    private var most: SQL { "LIMIT \(raw: "\(ExchangeHistory.mostOfAKind)")" }

    func feedback() async throws -> [Event] {
        try await connection.query(
            """
            SELECT kind, subject, thumb, score, body, raised, tags, chosen, other_exchange_id, rater, source, created_at
            FROM gleaner.feedback WHERE \(sql: mine) ORDER BY id DESC \(sql: most)
            """
        ).map { row in
            let subject: String = try row.decode("subject")
            return Event(
                at: try row.decode("created_at"), .feedback, by: try row.decodeIfPresent("rater"),
                try Self.said(row) + (subject == "exchange" ? "" : " of the \(subject)")
                    + ", by \(try row.decode("source", as: String.self))",
                text: try row.decodeIfPresent("body"),
                other: try row.decodeIfPresent("other_exchange_id", as: UUID.self).map { ID($0) })
        }
    }

    private static func said(_ row: PostgresRow) throws -> String {
        let kind: String = try row.decode("kind")
        return switch kind {
        case "thumb": try row.decode("thumb", as: Int16.self) > 0 ? "thumb up" : "thumb down"
        case "score": "score \(try row.decode("score", as: Int16.self)) of 5"
        case "flag": try row.decode("raised", as: Bool.self) ? "flag raised" : "flag cleared"
        case "tags": "tags " + (try row.decode("tags", as: PostgresArray<String>.self).elements.joined(separator: ", "))
        case "preference": try row.decode("chosen", as: Bool.self) ? "preferred to another" : "another preferred"
        default: kind
        }
    }

    func moderation() async throws -> [Event] {
        try await connection.query(
            """
            SELECT target, action, categories, reason, policy_version, actor, created_at FROM gleaner.moderation_decisions
            WHERE \(sql: mine) ORDER BY id DESC \(sql: most)
            """
        ).map { row in
            let categories = try row.decode("categories", as: PostgresArray<String>.self).elements
            let actor: String? = try row.decodeIfPresent("actor")
            let reason: String = try row.decode("reason")
            let version: Int64 = try row.decode("policy_version")
            let target: String = try row.decode("target")
            let about = (actor == nil ? [reason] : []) + categories
            return Event(
                at: try row.decode("created_at"), .moderation,
                by: actor ?? (version == 0 ? "built-in policy" : "policy version \(version)"),
                "\(target == "exchange" ? "prompt and response" : target): \(try row.decode("action", as: String.self))"
                    + (about.isEmpty ? "" : " (\(about.joined(separator: ", ")))"),
                text: actor == nil ? nil : reason)
        }
    }

    func samples() async throws -> [Event] {
        try await connection.query(
            """
            SELECT s.probability, s.rule_version, s.drawn_at, r.name FROM gleaner.samples s
            LEFT JOIN gleaner.sampling_rules r ON r.id = s.rule_id
            WHERE s.shard = \(id.shard.value) AND s.exchange_id = \(id.uuid) AND s.project_id = \(project.uuid)
            ORDER BY s.drawn_at DESC \(sql: most)
            """
        ).map { row in
            let percent = try row.decode("probability", as: Double.self) * 100
            return Event(
                at: try row.decode("drawn_at"), .sample, by: try row.decodeIfPresent("name"),
                "drawn by version \(try row.decode("rule_version", as: Int32.self)), at a chance of "
                    + "\(percent.formatted(.number.precision(.significantDigits(1...3)).locale(Locale(identifier: "en")))) %"
            )
        }
    }

    func picks() async throws -> [Event] {
        try await connection.query("SELECT picked_by, reason, picked_at FROM gleaner.picks WHERE \(sql: mine)").map {
            row in
            Event(
                at: try row.decode("picked_at"), .pick, by: try row.decode("picked_by"), "picked for review",
                text: try row.decodeIfPresent("reason"))
        }
    }

    func reviews() async throws -> [Event] {
        try await connection.query(
            """
            SELECT r.kind, r.reviewer, r.rubric, r.scores, r.correction, r.comment, r.reason, r.created_at, EXISTS (
                       SELECT 1 FROM gleaner.review_retractions x WHERE x.shard = r.shard AND x.review_id = r.id
                   ) AS is_retracted
            FROM gleaner.reviews r WHERE \(sql: mine) ORDER BY r.id DESC \(sql: most)
            """
        ).map { row in
            let scores = try row.json("scores")?.objectValue ?? [:]
            let said = scores.sorted { $0.key < $1.key }.map {
                "\($0.key) \($0.value.intValue.map(String.init) ?? "–")"
            }
            let kind: String = try row.decode("kind")
            let notes = [
                try row.decode("rubric", as: String.self), kind == "gold" ? "a hidden check" : nil,
                kind == "final" ? "final" : nil, try row.decode("is_retracted", as: Bool.self) ? "taken back" : nil,
            ]
            let texts = try ["reason", "comment", "correction"].compactMap {
                try row.decodeIfPresent($0, as: String.self)
            }
            return Event(
                at: try row.decode("created_at"), .review, by: try row.decode("reviewer"),
                said.joined(separator: ", ") + " (\(notes.compactMap { $0 }.joined(separator: ", ")))",
                text: texts.isEmpty ? nil : texts.joined(separator: "\n\n"))
        }
    }

    func datasets() async throws -> [Event] {
        let lines = try await connection.query(
            """
            SELECT d.name, v.number, v.created_at, x.split, x.line FROM gleaner.examples x
            JOIN gleaner.dataset_versions v ON v.id = x.version_id JOIN gleaner.datasets d ON d.id = v.dataset_id
            WHERE x.exchange_id = \(id.uuid) AND v.project_id = \(project.uuid) ORDER BY v.created_at DESC \(sql: most)
            """
        ).map { row in
            Event(
                at: try row.decode("created_at"), .example, by: try row.decode("name"),
                "line \(try row.decode("line", as: Int32.self)) of \(try row.decode("split", as: String.self)) in version "
                    + "\(try row.decode("number", as: Int32.self))")
        }
        // By key, one version after the other: exclusions have no index by exchange, and versions are few.
        let left = try await connection.query(
            """
            SELECT v.name, v.number, v.created_at, x.reason, x.detail FROM (
                SELECT v.id, v.number, v.created_at, d.name FROM gleaner.dataset_versions v
                JOIN gleaner.datasets d ON d.id = v.dataset_id
                WHERE v.project_id = \(project.uuid) ORDER BY v.created_at DESC \(sql: most)
            ) v CROSS JOIN LATERAL (
                SELECT x.reason, x.detail FROM gleaner.exclusions x
                WHERE x.version_id = v.id AND x.exchange_id = \(id.uuid) OFFSET 0
            ) x
            """
        ).map { row in
            Event(
                at: try row.decode("created_at"), .exclusion, by: try row.decode("name"),
                "left out of version \(try row.decode("number", as: Int32.self)): "
                    + "\(try row.decode("reason", as: String.self)), \(try row.decode("detail", as: String.self))")
        }
        return lines + left
    }

    func shadows() async throws -> [Event] {
        try await connection.query(
            """
            SELECT id, received_at, variant, status FROM gleaner.exchanges
            WHERE project_id = \(project.uuid) AND shadow_of = \(id.uuid) \(sql: most)
            """
        ).map { row in
            Event(
                at: try row.decode("received_at"), .shadow, by: try row.decodeIfPresent("variant"),
                try row.decode("status"), other: ID(try row.decode("id", as: UUID.self)))
        }
    }
}
