import AsyncPostgres
import Foundation
import GleanerCore

/// Some exchanges and all that hangs on them, in a transaction of the sweep's.
struct ErasureBatch {
    let sweep: ErasureSweep
    let ids: [ID<Exchange>]

    private var project: UUID { sweep.project.uuid }
    private var uuids: PostgresArray<UUID> { PostgresArray(ids.map(\.uuid)) }
    /// `k (shard, id)`.
    private var keys: SQL {
        "unnest(\(PostgresArray(ids.map(\.shard.value))), \(uuids)) AS k (shard, id)"
    }

    /// Hang on an exchange by its shard and id, and say the project.
    static let hanging = [
        "attempts", "feedback", "moderation_results", "moderation_decisions", "evaluator_results",
        "superseded_results", "prompt_embeddings", "samples", "reviews", "picks",
    ]
    /// Stay on one node, and know the exchange by project and id.
    static let local = ["review_slots", "review_items", "review_declines", "gold_items"]

    func erase(on connection: PostgresConnection) async throws -> ErasureTally {
        var tally = ErasureTally()
        let told = try await connection.query(
            """
            SELECT e.conversation, e.completion_id FROM gleaner.exchanges e JOIN \(sql: keys)
              ON e.shard = k.shard AND e.id = k.id WHERE e.project_id = \(project)
            """)
        let conversations = Set(try told.compactMap { try $0.decodeIfPresent("conversation", as: String.self) })
        let completions = try told.compactMap { try $0.decodeIfPresent("completion_id", as: String.self) }
        try await judgements(completions, &tally, connection)
        try await reviewing(&tally, connection)
        try await calls(&tally, connection)
        try await DatasetErasure(sweep: sweep).erase(exchanges: ids, &tally, connection)
        try await EvaluationErasure(sweep: sweep).erase(exchanges: ids, &tally, connection)
        for (table, key) in [("exchange_bodies", "id"), ("exchanges", "id")] {
            try await delete(table, key, &tally, connection)
        }
        // Of counts they go with the next pass, which is after this transaction.
        try await connection.query(
            """
            INSERT INTO gleaner.rollup_marks (project_id, part, at)
            SELECT DISTINCT \(project), 'exchanges', date_bin('5 minutes', gleaner.time_of(k.id), '2000-01-01 00:00:00+00')
            FROM \(sql: keys)
            """)
        if let erasure = sweep.erasure {
            try await connection.query(
                """
                INSERT INTO gleaner.erased_exchanges (shard, exchange_id, project_id, erasure_id, erased_at)
                SELECT k.shard, k.id, \(project), \(erasure.uuid), clock_timestamp() FROM \(sql: keys)
                ON CONFLICT DO NOTHING
                """)
        }
        if sweep.subject.kind != .conversation {
            try await settle(conversations.sorted(), &tally, connection)
        }
        return tally
    }

    private func delete(
        _ table: String, _ key: String, _ tally: inout ErasureTally, _ connection: PostgresConnection
    ) async throws {
        let gone = try await connection.query(
            """
            DELETE FROM gleaner.\(identifier: table) t USING \(sql: keys)
            WHERE t.shard = k.shard AND t.\(identifier: key) = k.id AND t.project_id = \(project)
            """)
        tally.add(gone.affected, to: table)
    }

    private func judgements(
        _ completions: [String], _ tally: inout ErasureTally, _ connection: PostgresConnection
    ) async throws {
        // The reviews say which retractions are theirs, so these go first.
        let retracted = try await connection.query(
            """
            DELETE FROM gleaner.review_retractions t USING gleaner.reviews r, \(sql: keys)
            WHERE r.shard = k.shard AND r.exchange_id = k.id AND r.project_id = \(project)
              AND t.shard = r.shard AND t.review_id = r.id
            """)
        tally.add(retracted.affected, to: "review_retractions")
        for table in Self.hanging { try await delete(table, "exchange_id", &tally, connection) }
        let early = try await connection.query(
            """
            DELETE FROM gleaner.early_feedback
            WHERE project_id = \(project) AND completion_id = ANY (\(PostgresArray(completions)))
            """)
        tally.add(early.affected, to: "early_feedback")
        // Answers to feedback under an Idempotency-Key, of tokens for these exchanges; kept for a day.
        let posts = try await connection.query(
            """
            DELETE FROM gleaner.feedback_posts
            WHERE project_id = \(project) AND holder LIKE 'token:%'
              AND split_part(holder, ':', 2) = ANY (\(PostgresArray(ids.map(\.description))))
            """)
        tally.add(posts.affected, to: "feedback_posts")
    }

    private func reviewing(_ tally: inout ErasureTally, _ connection: PostgresConnection) async throws {
        let drafts = try await connection.query(
            """
            DELETE FROM gleaner.review_drafts d USING gleaner.review_slots s, \(sql: keys)
            WHERE s.project_id = \(project) AND s.exchange_id = k.id AND d.slot_id = s.id
            """)
        tally.add(drafts.affected, to: "review_drafts")
        for table in Self.local {
            let gone = try await connection.query(
                """
                DELETE FROM gleaner.\(identifier: table) t USING \(sql: keys)
                WHERE t.project_id = \(project) AND t.exchange_id = k.id
                """)
            tally.add(gone.affected, to: table)
        }
        let verdicts = try await connection.query(
            """
            DELETE FROM gleaner.comparison_verdicts v USING gleaner.comparisons c
            WHERE (c.exchange_a = ANY (\(uuids)) OR c.exchange_b = ANY (\(uuids))) AND c.project_id = \(project)
              AND v.comparison_id = c.id
            """)
        tally.add(verdicts.affected, to: "comparison_verdicts")
        let pairs = try await connection.query(
            """
            DELETE FROM gleaner.comparisons c
            WHERE (c.exchange_a = ANY (\(uuids)) OR c.exchange_b = ANY (\(uuids))) AND c.project_id = \(project)
            """)
        tally.add(pairs.affected, to: "comparisons")
    }

    private func calls(_ tally: inout ErasureTally, _ connection: PostgresConnection) async throws {
        // They are kept for a day, and have no index by exchange.
        if ids.contains(where: { $0.timestamp > Date().addingTimeInterval(-25 * 3600) }) {
            let keys = try await connection.query(
                """
                DELETE FROM gleaner.idempotency_keys WHERE project_id = \(project) AND exchange_id = ANY (\(uuids))
                """)
            tally.add(keys.affected, to: "idempotency_keys")
        }
        let aside = try await connection.query(
            "DELETE FROM gleaner.quarantine WHERE exchange_id = ANY (\(uuids)) AND project_id = \(project)")
        tally.add(aside.affected, to: "quarantine")
        let drafted = try await connection.query(
            """
            UPDATE gleaner.draft_calls c SET topic = NULL, question = NULL, reply = NULL
            FROM gleaner.drafts d
            WHERE c.exchange_id = ANY (\(uuids)) AND d.id = c.draft_id AND d.project_id = \(project)
            """)
        tally.add(drafted.affected, to: "draft_calls")
    }

    /// What hangs on conversations: gone with their last exchange. Of those that stay, later turns repeat what was said.
    private func settle(
        _ conversations: [String], _ tally: inout ErasureTally, _ connection: PostgresConnection
    ) async throws {
        for conversation in conversations {
            let left: Int64 = try await connection.query(
                """
                SELECT count(*) AS count FROM (
                    SELECT 1 FROM gleaner.exchanges
                    WHERE project_id = \(project) AND conversation = \(conversation) LIMIT 1000) e
                """)[0].decode("count")
            if left == 0 {
                try await ErasureLooseEnds(sweep: sweep).erase(conversation: conversation, &tally, connection)
            } else if sweep.subject.kind == .exchange {
                tally.laterTurns += left
            }
        }
    }
}
