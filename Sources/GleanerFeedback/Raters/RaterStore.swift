public import AsyncPostgres
public import Foundation
public import GleanerCore

/// `gleaner.rater_marks`.
public struct RaterStore: Sendable {
    let pool: PostgresPool

    public init(pool: PostgresPool) { self.pool = pool }

    /// Marks of a project, the newest first.
    /// - Parameter areOpen: only those in force.
    public func marks(
        of project: ID<Project>, areOpen: Bool = true, limit: Int = 500
    ) async throws -> [RaterMark] {
        try await pool.query(
            """
            SELECT id, rater, reason, since, until, evidence, marked_at, seen_at, cleared_at, cleared_by, note
            FROM gleaner.rater_marks
            WHERE project_id = \(project.uuid) AND (cleared_at IS NULL OR NOT \(areOpen))
            ORDER BY seen_at DESC, id LIMIT \(limit)
            """
        ).map(RaterMark.init)
    }

    /// Takes a rater's marks back: the judgements count again, and only later ones can bring a new mark.
    /// - Returns: how many were in force.
    public func clear(
        _ rater: String, of project: ID<Project>, by person: String, note: String?, at time: Date = Date()
    ) async throws -> Int {
        try await pool.query(
            """
            WITH changed AS (
                UPDATE gleaner.rater_marks SET cleared_at = \(time), cleared_by = \(person), note = \(note)
                WHERE project_id = \(project.uuid) AND rater = \(rater) AND cleared_at IS NULL
                RETURNING project_id, rater, since, until
            ), \(raw: Self.markingRollups)
            SELECT 1 FROM changed
            """
        ).count
    }

    /// Keeps what the rules found. A mark in force is renewed; one that was cleared for the same votes stays cleared.
    func mark(
        _ suspicions: [Suspicion], of project: ID<Project>, at time: Date, on connection: PostgresConnection
    ) async throws {
        guard !suspicions.isEmpty else { return }
        let evidence = try suspicions.map { JSONB(bytes: Array(try JSONEncoder().encode($0.evidence))) }
        try await connection.query(
            """
            WITH found AS (
                SELECT * FROM unnest(
                    \(PostgresArray(suspicions.map { _ in ID<RaterMark>.new().uuid })),
                    \(PostgresArray(suspicions.map(\.rater))), \(PostgresArray(suspicions.map(\.reason.rawValue))),
                    \(PostgresArray(suspicions.map(\.since))), \(PostgresArray(suspicions.map(\.until))),
                    \(PostgresArray(evidence))) AS f (id, rater, reason, since, until, evidence)
            ), renewed AS (
                UPDATE gleaner.rater_marks m
                SET seen_at = \(time), evidence = f.evidence, since = least(m.since, f.since)
                FROM found f
                WHERE m.project_id = \(project.uuid) AND m.rater = f.rater AND m.reason = f.reason
                  AND m.cleared_at IS NULL AND (f.until IS NULL OR m.since = f.since)
                RETURNING f.id
            ), changed AS (
                INSERT INTO gleaner.rater_marks
                    (id, project_id, rater, reason, since, until, evidence, marked_at, seen_at)
                SELECT f.id, \(project.uuid), f.rater, f.reason, f.since, f.until, f.evidence, \(time), \(time)
                FROM found f WHERE f.id NOT IN (SELECT id FROM renewed)
                ON CONFLICT (project_id, rater, reason, since) DO UPDATE
                SET cleared_at = NULL, cleared_by = NULL, note = NULL, seen_at = EXCLUDED.seen_at,
                    evidence = EXCLUDED.evidence
                WHERE rater_marks.cleared_by = \(Self.withdrawn)
                RETURNING project_id, rater, since, until
            ), \(raw: Self.markingRollups)
            SELECT 1 FROM changed
            """)
    }

    /// The hours whose votes the `changed` marks are about: with or without them they come to something else.
    private static let markingRollups = """
        marked AS (
            INSERT INTO gleaner.rollup_marks (project_id, part, at)
            SELECT DISTINCT f.project_id, 'judgements', gleaner.hour_of(f.exchange_id)
            FROM changed c
            JOIN gleaner.feedback f
              ON f.project_id = c.project_id AND f.created_at >= c.since AND (c.until IS NULL OR f.created_at < c.until)
             AND gleaner.watched_voice(f.rater, f.api_key_id) = c.rater
             AND (f.rater = c.rater OR c.rater LIKE 'unnamed:%')
            WHERE f.kind IN ('thumb', 'score') AND f.exchange_id IS NOT NULL
        )
        """

    /// Who clears marks that the rules themselves take back.
    static let withdrawn = "gleaner:few_raters"

    /// Takes back the marks of a day that had few raters and now has more: whoever voted first did nothing wrong.
    func withdrawFewRaters(
        besides suspicions: [Suspicion], of project: ID<Project>, day: Date, at time: Date,
        on connection: PostgresConnection
    ) async throws {
        let few = suspicions.filter { $0.reason == .fewRaters }.map(\.rater)
        try await connection.query(
            """
            WITH changed AS (
                UPDATE gleaner.rater_marks
                SET cleared_at = \(time), cleared_by = \(Self.withdrawn), note = 'more raters have voted that day'
                WHERE project_id = \(project.uuid) AND reason = \(MarkReason.fewRaters.rawValue) AND since = \(day)
                  AND cleared_at IS NULL AND rater NOT IN (SELECT unnest(\(PostgresArray(few))))
                RETURNING project_id, rater, since, until
            ), \(raw: Self.markingRollups)
            SELECT 1 FROM changed
            """)
    }
}

extension RaterMark {
    init(_ row: PostgresRow) throws {
        let evidence = try row.decode("evidence", as: JSONB.self).bytes
        self.init(
            id: try row.decode("id"), rater: try row.decode("rater"),
            reason: MarkReason(rawValue: try row.decode("reason")) ?? .burst, since: try row.decode("since"),
            until: try row.decodeIfPresent("until"),
            evidence: (try? JSONDecoder().decode([String: Double].self, from: Data(evidence))) ?? [:],
            markedAt: try row.decode("marked_at"), seenAt: try row.decode("seen_at"),
            clearedAt: try row.decodeIfPresent("cleared_at"), clearedBy: try row.decodeIfPresent("cleared_by"),
            note: try row.decodeIfPresent("note"))
    }
}
