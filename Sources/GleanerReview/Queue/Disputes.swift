public import AsyncPostgres
public import Foundation
public import GleanerCore

/// An item on which reviewers differ and that does not settle by itself, with everything they said: only leads see it.
public struct DisputedItem: Sendable {
    public struct Voice: Sendable, Hashable, Codable {
        public let reviewer: String
        public let scores: [String: Int]
        public let answers: JSONValue?
        public let correction: String?
        public let comment: String?
        public let createdAt: Date

        enum CodingKeys: String, CodingKey {
            case reviewer, scores, answers, correction, comment
            case createdAt = "created_at"
        }
    }
    public let exchange: ID<Exchange>
    public let messages: [JSONValue]?
    public let answer: JSONValue?
    public let voices: [Voice]
    /// Reviewers differ, and the third one has not come for a day.
    public let isStuck: Bool
}

/// What a lead decides where reviewers do not agree.
public struct Disputes: Sendable {
    private let pool: PostgresPool
    private let settings: SettingsStore
    private let rubrics: RubricStore
    private let metrics: ReviewMetrics
    private let corrected: CorrectionNews

    public init(pool: PostgresPool) {
        self.init(pool: pool, settings: SettingsStore(pool: pool), rubrics: RubricStore(pool: pool))
    }

    init(
        pool: PostgresPool, settings: SettingsStore, rubrics: RubricStore, metrics: ReviewMetrics = ReviewMetrics(),
        corrected: @escaping CorrectionNews = { _, _ in }
    ) {
        self.metrics = metrics
        self.corrected = corrected
        self.pool = pool
        self.settings = settings
        self.rubrics = rubrics
    }

    /// The oldest first: those that three could not settle, and those that no third reviewer has judged within a day.
    public func open(in project: ID<Project>, limit: Int = 50) async throws -> [DisputedItem] {
        try await pool.query(
            """
            SELECT i.exchange_id, i.standing = 'third' AS is_stuck, b.messages, b.answer, v.voices
            FROM (
                (SELECT project_id, exchange_id, standing, created_at FROM gleaner.review_items
                 WHERE project_id = \(project.uuid) AND standing = 'disputed' ORDER BY created_at LIMIT \(limit))
                UNION ALL
                (SELECT t.project_id, t.exchange_id, t.standing, t.created_at FROM gleaner.review_items t
                 JOIN gleaner.review_slots s
                   ON s.project_id = t.project_id AND s.exchange_id = t.exchange_id AND NOT s.is_gold AND s.slot = t.slots
                 WHERE t.project_id = \(project.uuid) AND t.standing = 'third' AND NOT t.is_gold
                   AND s.created_at < now() - interval '1 day'
                 ORDER BY t.created_at LIMIT \(limit))
                ORDER BY created_at LIMIT \(limit)) i
            CROSS JOIN LATERAL (
                SELECT jsonb_agg(jsonb_build_object(
                           'reviewer', r.reviewer, 'scores', r.scores, 'answers', r.answers, 'correction', r.correction,
                           'comment', r.comment,
                           'created_at', to_char(r.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
                           ORDER BY r.created_at, r.id) AS voices
                FROM gleaner.counted_reviews r
                WHERE r.shard = gleaner.shard_of(i.exchange_id) AND r.exchange_id = i.exchange_id
                  AND r.project_id = i.project_id) v
            LEFT JOIN gleaner.exchange_bodies b
              ON b.shard = gleaner.shard_of(i.exchange_id) AND b.id = i.exchange_id AND b.project_id = i.project_id
            ORDER BY i.created_at
            """
        ).map { row in
            func json(_ column: String) throws -> JSONValue? {
                try row.decodeIfPresent(column, as: JSONB.self).flatMap { try? JSONValue(parsing: $0.bytes) }
            }
            let decoder = JSONDecoder()
            decoder.dateDecodingStrategy = .iso8601
            return DisputedItem(
                exchange: ID(try row.decode("exchange_id", as: UUID.self)),
                messages: try json("messages")?.arrayValue,
                answer: try json("answer")?["choices"]?.arrayValue?.first?["message"],
                voices: try row.decodeIfPresent("voices", as: JSONB.self).map {
                    try decoder.decode([DisputedItem.Voice].self, from: Data($0.bytes))
                } ?? [], isStuck: try row.decode("is_stuck"))
        }
    }

    /// The final verdict on an item: it counts instead of all others, and says who decided and why.
    /// - Returns: the review's id.
    /// - Throws: `ReviewError.exchangeUnknown` for what is no item of the project, `.reasonMissing`; what `ReviewVerdict`
    ///   refuses.
    public func decide(
        _ exchange: ID<Exchange>, _ given: ReviewAnswers, reason: String, by lead: String, in project: ID<Project>
    ) async throws -> UUID {
        let lead = try Reviewer(lead).name
        guard let reason = try ReviewText.checked(reason, as: "reason") else { throw ReviewError.reasonMissing }
        let rubric = try await rubrics.rubric(settings.settings(of: project).rubric, in: project)
        let verdict = try ReviewVerdict(given, against: rubric)
        let review = ID<ReviewVerdict>.new(on: exchange.shard).uuid
        try await pool.withTransaction { connection in
            let decided = try await connection.query(
                """
                UPDATE gleaner.review_items SET standing = 'final'
                WHERE project_id = \(project.uuid) AND exchange_id = \(exchange.uuid) AND NOT is_gold
                """
            ).affected
            guard decided == 1 else { throw ReviewError.exchangeUnknown(exchange) }
            try await connection.query(
                """
                WITH closed AS (
                    UPDATE gleaner.review_slots SET state = 'skipped', skip_reason = 'decided by a lead'
                    WHERE project_id = \(project.uuid) AND exchange_id = \(exchange.uuid) AND NOT is_gold
                      AND state IN ('open', 'leased')
                ), marked AS (
                    \(sql: RollupMarks.of(review, on: exchange, in: project))
                )
                INSERT INTO gleaner.reviews
                    (shard, id, project_id, exchange_id, reviewer, rubric, kind, scores, answers, lowest, correction, comment,
                     reason, created_at)
                VALUES (\(exchange.shard.value), \(review), \(project.uuid), \(exchange.uuid), \(lead), \(verdict.rubric),
                        'final', \(verdict.scoresJSON), \(verdict.answersJSON), \(verdict.lowest), \(verdict.correction),
                        \(verdict.comment), \(reason), clock_timestamp())
                """)
        }
        metrics.count(.final)
        // With the verdict or without: others' corrections count no more.
        await corrected(exchange, project)
        return review
    }
}
