import AsyncPostgres
import Foundation
import GleanerCore

/// What promotion looks at: exchanges with everything that people and moderation said of them.
extension PostgresDatasetStore {
    /// Every exchange that somebody reviewed, rated, corrected or chose, by id.
    func forEachCandidate(
        of project: ID<Project>, on connection: PostgresConnection, _ body: (Candidate) async throws -> Void
    ) async throws {
        try await connection.forEachRow(
            """
            WITH judged AS (
                SELECT shard, exchange_id FROM gleaner.counted_reviews WHERE project_id = \(project.uuid)
                UNION
                SELECT shard, exchange_id FROM gleaner.feedback
                WHERE project_id = \(project.uuid) AND kind IN ('thumb', 'score', 'correction', 'preference')
                  AND exchange_id IS NOT NULL
                UNION
                SELECT gleaner.shard_of(w.id), w.id
                FROM gleaner.comparison_verdicts v
                JOIN gleaner.comparisons c ON c.id = v.comparison_id AND c.kind NOT IN ('correction', 'gate')
                CROSS JOIN LATERAL (SELECT CASE v.preferred WHEN 'a' THEN c.exchange_a ELSE c.exchange_b END AS id) w
                WHERE v.project_id = \(project.uuid) AND v.preferred <> 'tie'
            )
            SELECT e.id, e.received_at, e.endpoint, e.status, e.http_status, e.complete, e.finish_reason, e.conversation,
                   e.end_user, e.served_model, e.route, e.tags, e.language, e.answer_language,
                   b.request, b.messages, b.answer, e.redaction IS NOT NULL AS is_redacted,
                   \(sql: Self.depth(of: "e")) AS generation,
                   EXISTS (SELECT 1 FROM gleaner.moderation_policies p WHERE p.project_id = e.project_id) AS is_moderated,
                   (SELECT jsonb_object_agg(d.target, d.action)
                    FROM (SELECT DISTINCT ON (target) target, action FROM gleaner.moderation_decisions d
                          WHERE d.shard = e.shard AND d.exchange_id = e.id AND d.project_id = e.project_id
                            AND d.target <> 'comment'
                          ORDER BY target, id DESC) d) AS moderation,
                   (SELECT jsonb_agg(jsonb_build_object(
                               'id', r.id, 'reviewer', r.reviewer, 'lowest', r.lowest, 'scores', r.scores,
                               'correction', r.correction) ORDER BY r.created_at, r.id)
                    FROM gleaner.counted_reviews r
                    WHERE r.shard = e.shard AND r.exchange_id = e.id AND r.project_id = e.project_id) AS reviews,
                   (SELECT jsonb_agg(jsonb_build_object(
                               'id', f.id, 'kind', f.kind, 'rater', f.rater, 'thumb', f.thumb, 'score', f.score,
                               'body', CASE f.kind WHEN 'correction' THEN f.body END, 'raised', f.raised,
                               'moderation', CASE f.kind WHEN 'correction' THEN \(sql: Self.decisionOnFeedback) END,
                               'redacted', f.redaction IS NOT NULL,
                               'mark', (SELECT min(m.reason) FROM gleaner.rater_marks m
                                        WHERE m.project_id = f.project_id AND m.cleared_at IS NULL
                                          AND m.rater = gleaner.watched_voice(f.rater, f.api_key_id)
                                          AND f.created_at >= m.since AND (m.until IS NULL OR f.created_at < m.until)))
                               ORDER BY f.created_at, f.id)
                    FROM (SELECT DISTINCT ON (gleaner.voice(rater, api_key_id, kind, id), kind) * FROM gleaner.feedback f
                          WHERE f.shard = e.shard AND f.exchange_id = e.id AND f.project_id = e.project_id
                            AND f.kind <> 'preference'
                          ORDER BY gleaner.voice(rater, api_key_id, kind, id), kind, created_at DESC, id DESC) f) AS feedback,
                   (SELECT jsonb_agg(p.pairing ORDER BY p.created_at, p.id) FROM (
                        SELECT v.id, v.created_at, jsonb_build_object(
                                   'id', v.id, 'source', 'comparison', 'by', v.reviewer, 'chosen', true, 'other', o.id,
                                   'answer', o.answer->'choices'->0->'message', 'same', o.messages = b.messages,
                                   'model', oe.served_model, 'generation', \(sql: Self.depth(of: "oe")),
                                   'moderation', \(sql: Self.decisionOnOther), 'redacted', oe.redaction IS NOT NULL)
                                   AS pairing
                        FROM gleaner.comparisons c
                        JOIN gleaner.comparison_verdicts v ON v.comparison_id = c.id
                        JOIN gleaner.exchange_bodies o
                          ON o.id = CASE v.preferred WHEN 'a' THEN c.exchange_b ELSE c.exchange_a END
                         AND o.shard = gleaner.shard_of(CASE v.preferred WHEN 'a' THEN c.exchange_b ELSE c.exchange_a END)
                         AND o.project_id = e.project_id
                        JOIN gleaner.exchanges oe ON oe.shard = o.shard AND oe.id = o.id
                        WHERE c.project_id = e.project_id AND c.kind NOT IN ('correction', 'gate')
                          AND ((c.exchange_a = e.id AND v.preferred = 'a') OR (c.exchange_b = e.id AND v.preferred = 'b'))
                        UNION ALL
                        SELECT f.id, f.created_at, jsonb_build_object(
                                   'id', f.id, 'source', 'preference', 'by', f.rater, 'chosen', f.chosen, 'other', o.id,
                                   'answer', CASE WHEN o.id IS NULL
                                                  THEN jsonb_build_object('role', 'assistant', 'content', f.body)
                                                  ELSE o.answer->'choices'->0->'message' END,
                                   'same', o.id IS NULL OR o.messages = b.messages,
                                   'model', oe.served_model, 'generation', \(sql: Self.depth(of: "oe")),
                                   'moderation', CASE WHEN o.id IS NULL THEN \(sql: Self.decisionOnFeedback)
                                                      ELSE \(sql: Self.decisionOnOther) END,
                                   'redacted', coalesce(oe.redaction, CASE WHEN o.id IS NULL THEN f.redaction END) IS NOT NULL,
                                   'mark', (SELECT min(m.reason) FROM gleaner.rater_marks m
                                            WHERE m.project_id = f.project_id AND m.cleared_at IS NULL
                                              AND m.rater = gleaner.watched_voice(f.rater, f.api_key_id)
                                              AND f.created_at >= m.since AND (m.until IS NULL OR f.created_at < m.until)))
                        FROM gleaner.feedback f
                        LEFT JOIN gleaner.exchange_bodies o
                          ON o.id = f.other_exchange_id AND o.shard = gleaner.shard_of(f.other_exchange_id)
                         AND o.project_id = e.project_id
                        LEFT JOIN gleaner.exchanges oe ON oe.shard = o.shard AND oe.id = o.id
                        WHERE f.shard = e.shard AND f.exchange_id = e.id AND f.project_id = e.project_id
                          AND f.kind = 'preference' AND (o.id IS NOT NULL OR f.body IS NOT NULL)
                   ) p) AS pairings
            FROM judged j
            JOIN gleaner.exchanges e ON e.shard = j.shard AND e.id = j.exchange_id AND e.project_id = \(project.uuid)
            LEFT JOIN gleaner.exchange_bodies b ON b.shard = e.shard AND b.id = e.id
            ORDER BY e.id
            """, batch: 200, timeout: Self.patience
        ) { row in try await body(try Self.candidate(row)) }
    }

    /// How many fine-tunes deep the model of an exchange is, by the name that it was asked for or that it gave itself.
    private static func depth(of exchange: SQL) -> SQL {
        """
        greatest(
            gleaner.tuned_depth(\(sql: exchange).project_id, \(sql: exchange).served_model),
            CASE WHEN \(sql: exchange).requested_model IS DISTINCT FROM \(sql: exchange).served_model
                 THEN gleaner.tuned_depth(\(sql: exchange).project_id, \(sql: exchange).requested_model) END)
        """
    }

    /// What moderation decided of the text of `f`.
    private static let decisionOnFeedback: SQL = """
        (SELECT d.action FROM gleaner.moderation_decisions d
         WHERE d.shard = f.shard AND d.exchange_id = f.exchange_id AND d.subject_id = f.id AND d.target = 'comment'
         ORDER BY d.id DESC LIMIT 1)
        """

    /// What it decided of the answer of `o`; one of the answer alone counts before one of both sides.
    private static let decisionOnOther: SQL = """
        (SELECT d.action FROM gleaner.moderation_decisions d
         WHERE d.shard = o.shard AND d.exchange_id = o.id AND d.target IN ('exchange', 'response')
         ORDER BY d.target DESC, d.id DESC LIMIT 1)
        """

    func countExchanges(of project: ID<Project>, on connection: PostgresConnection) async throws -> Int {
        try await connection.query(
            "SELECT count(*) AS count FROM gleaner.exchanges WHERE project_id = \(project.uuid)",
            timeout: Self.patience)[0].decode("count")
    }

    private static func candidate(_ row: PostgresRow) throws -> Candidate {
        // Postgres holds JSON that Foundation refuses (1e400, deep nesting): such an exchange is left out as unreadable
        // rather than stopping every build.
        func json(_ column: String) throws -> JSONValue? {
            try row.decodeIfPresent(column, as: JSONB.self).flatMap { try? JSONValue(parsing: $0.bytes) }
        }
        // The bytes are the truth; tools are read from them, because the projection keeps messages only.
        let request = try row.decodeIfPresent("request", as: [UInt8].self).flatMap { bytes in
            bytes.count <= 16 << 20 ? try? JSONValue(parsing: bytes) : nil
        }
        var candidate = Candidate(
            id: ID(try row.decode("id", as: UUID.self)), receivedAt: try row.decode("received_at"),
            endpoint: try row.decode("endpoint"), status: try row.decode("status"),
            httpStatus: try row.decodeIfPresent("http_status", as: Int.self), isComplete: try row.decode("complete"),
            finishReason: try row.decodeIfPresent("finish_reason"),
            conversation: try row.decodeIfPresent("conversation"),
            endUser: try row.decodeIfPresent("end_user"), servedModel: try row.decodeIfPresent("served_model"),
            messages: try json("messages")?.arrayValue,
            answer: try json("answer")?["choices"]?.arrayValue?.first?["message"], tools: request?["tools"],
            parallelToolCalls: request?["parallel_tool_calls"],
            reviews: (try json("reviews")?.arrayValue ?? []).map(Candidate.Review.init),
            said: (try json("feedback")?.arrayValue ?? []).map(Candidate.Feedback.init),
            moderation: Candidate.Moderation(
                isRequired: try row.decode("is_moderated"),
                actions: Self.actions(try json("moderation")?.objectValue?.compactMapValues(\.stringValue) ?? [:]),
                isRedacted: try row.decode("is_redacted")))
        candidate.route = try row.decodeIfPresent("route")
        candidate.tags = try row.decode("tags", as: PostgresArray<String>.self).elements
        candidate.language = try row.decodeIfPresent("language")
        candidate.answerLanguage = try row.decodeIfPresent("answer_language")
        candidate.generation = try row.decodeIfPresent("generation", as: Int.self) ?? 0
        candidate.pairings = (try json("pairings")?.arrayValue ?? []).compactMap(Candidate.Pairing.init)
        return candidate
    }

    /// One decision may be of both sides; one of a side alone counts instead.
    private static func actions(_ decided: [String: String]) -> [String: String] {
        guard let both = decided["exchange"] else { return decided }
        return ["prompt": both, "response": both].merging(decided.filter { $0.key != "exchange" }) { $1 }
    }
}

extension Candidate.Review {
    fileprivate init(_ review: JSONValue) {
        self.init(
            id: review["id"]?.stringValue ?? "", reviewer: review["reviewer"]?.stringValue ?? "",
            lowest: Int(review["lowest"]?.intValue ?? 0), scores: review["scores"] ?? .null,
            correction: review["correction"]?.stringValue)
    }
}

extension Candidate.Feedback {
    fileprivate init(_ feedback: JSONValue) {
        self.init(
            id: feedback["id"]?.stringValue ?? "", kind: feedback["kind"]?.stringValue ?? "",
            rater: feedback["rater"]?.stringValue, thumb: feedback["thumb"]?.intValue.map(Int.init),
            score: feedback["score"]?.intValue.map(Int.init), body: feedback["body"]?.stringValue,
            raised: feedback["raised"]?.boolValue, mark: feedback["mark"]?.stringValue,
            moderation: feedback["moderation"]?.stringValue, isRedacted: feedback["redacted"] == true)
    }
}

extension Candidate.Pairing {
    fileprivate init?(_ pairing: JSONValue) {
        guard let source = pairing["source"]?.stringValue.flatMap(Source.init(rawValue:)) else { return nil }
        self.init(
            id: pairing["id"]?.stringValue ?? "", source: source, by: pairing["by"]?.stringValue,
            isChosen: pairing["chosen"] == true, other: pairing["other"]?.stringValue, answer: pairing["answer"],
            samePrompt: pairing["same"] == true, mark: pairing["mark"]?.stringValue,
            otherModel: pairing["model"]?.stringValue,
            otherGeneration: pairing["generation"]?.intValue.map(Int.init) ?? 0,
            moderation: pairing["moderation"]?.stringValue, isRedacted: pairing["redacted"] == true)
    }
}
