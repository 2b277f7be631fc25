import AsyncPostgres
import GleanerCore

/// What leaves a line out because of other lines: repetition, the split, caps. Each is a statement over the whole stage;
/// the best judged stay, the older ones among equals.
extension PostgresDatasetStore {
    /// Equal texts, on either side of the holdout's border by themselves: the holdout keeps its own.
    func leaveOutDuplicates(on connection: PostgresConnection) async throws {
        try await connection.query(
            """
            UPDATE staged s SET reason = 'duplicate', detail = 'of ' || d.kept
            FROM (SELECT ord, first_value(exchange_id) OVER best AS kept, row_number() OVER best AS place
                  FROM staged WHERE reason IS NULL
                  WINDOW best AS (PARTITION BY split = 'holdout', content_hash ORDER BY rank DESC, exchange_id)) d
            WHERE s.ord = d.ord AND d.place > 1
            """, timeout: Self.patience)
    }

    func leaveOutNearDuplicates(_ policy: PromotionPolicy, on connection: PostgresConnection) async throws {
        for (reason, column, side) in [
            ("near_duplicate_prompt", "prompt_group", policy.nearDuplicates.prompt),
            ("near_duplicate_answer", "answer_group", policy.nearDuplicates.answer),
        ] {
            guard let keep = side.keep else { continue }
            try await connection.query(
                """
                UPDATE staged s SET reason = \(reason), detail = 'more than ' || \(Int64(keep))::text || ' like ' || d.best
                FROM (SELECT ord, first_value(exchange_id) OVER best AS best, row_number() OVER best AS place
                      FROM staged WHERE reason IS NULL
                      WINDOW best AS (PARTITION BY split = 'holdout', \(identifier: column) ORDER BY rank DESC, exchange_id)) d
                WHERE s.ord = d.ord AND d.place > \(Int64(keep))
                """, timeout: Self.patience)
        }
    }

    /// A group of near-duplicates has one side: where lines of it are trained on, the others validate nothing.
    func leaveOutCrossing(on connection: PostgresConnection) async throws {
        try await connection.query(
            """
            UPDATE staged s SET reason = 'crosses_split', detail = 'like ' || t.learnt || ' in train'
            FROM (SELECT prompt_group, min(exchange_id::text) AS learnt FROM staged
                  WHERE reason IS NULL AND split = 'train' GROUP BY prompt_group) t
            WHERE s.reason IS NULL AND s.split = 'validation' AND s.prompt_group = t.prompt_group
            """, timeout: Self.patience)
    }

    func cap(_ policy: PromotionPolicy, on connection: PostgresConnection) async throws {
        let caps: [(reason: String, column: String, cap: Int?)] = [
            ("conversation_cap", "conversation", policy.maximumPerConversation),
            ("end_user_cap", "end_user", policy.maximumPerEndUser), ("rater_cap", "raters", policy.maximumPerRater),
            ("system_prompt_cap", "system_prompt", policy.maximumPerSystemPrompt),
            ("language_cap", "language", policy.maximumPerLanguage), ("model_cap", "model", policy.maximumPerModel),
        ]
        for (reason, column, cap) in caps {
            guard let cap else { continue }
            try await connection.query(
                """
                UPDATE staged s SET reason = \(reason), detail = 'more than ' || \(Int64(cap))::text
                FROM (SELECT ord, row_number() OVER (PARTITION BY \(identifier: column) ORDER BY rank DESC, exchange_id) AS place
                      FROM staged WHERE reason IS NULL AND split <> 'holdout' AND \(identifier: column) IS NOT NULL) d
                WHERE s.ord = d.ord AND d.place > \(Int64(cap))
                """, timeout: Self.patience)
        }
        if let cap = policy.maximumExamples {
            try await keepBest(cap, "example_cap", "split <> 'holdout'", on: connection)
        }
        if policy.minimumAnchorShare > 0 {
            let anchors: Int = try await connection.query(
                "SELECT count(*) AS count FROM staged WHERE reason IS NULL AND split <> 'holdout' AND is_anchor")[0]
                .decode("count")
            // 2·0.6/0.4 is a little less than 3 in binary.
            let share = policy.minimumAnchorShare
            let others = (Double(anchors) * (1 - share) / share + 1e-9).rounded(.down)
            // A share next to nothing leaves room for more than there can be.
            try await keepBest(
                Int(min(others, 1e12)), "anchor_share", "split <> 'holdout' AND NOT is_anchor", on: connection)
        }
    }

    private func keepBest(
        _ count: Int, _ reason: String, _ among: SQL, on connection: PostgresConnection
    ) async throws {
        try await connection.query(
            """
            UPDATE staged s SET reason = \(reason), detail = 'more than ' || \(Int64(count))::text
            FROM (SELECT ord, row_number() OVER (ORDER BY rank DESC, exchange_id) AS place
                  FROM staged WHERE reason IS NULL AND \(sql: among)) d
            WHERE s.ord = d.ord AND d.place > \(Int64(count))
            """, timeout: Self.patience)
    }

    static func leaveOut(
        _ ordinals: [Int32], _ reason: String, details: [String], on connection: PostgresConnection
    ) async throws {
        guard !ordinals.isEmpty else { return }
        try await connection.query(
            """
            UPDATE staged s SET reason = \(reason), detail = u.detail
            FROM unnest(\(PostgresArray(ordinals)), \(PostgresArray(details))) AS u(ord, detail) WHERE s.ord = u.ord
            """, timeout: Self.patience)
    }
}
