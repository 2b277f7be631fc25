import AsyncPostgres
import Foundation
import GleanerCore

/// The staging table of one build: it lives in the build's transaction, and nobody else sees it.
extension PostgresDatasetStore {
    func makeStage(on connection: PostgresConnection) async throws {
        try await connection.query(
            """
            CREATE TEMPORARY TABLE staged (
                ord integer, shard smallint, exchange_id uuid, source text, split text, drawn_key bytea,
                exchange_key bytea, conversation_key bytea, user_key bytea, content bytea,
                content_hash bytea, rank float8, end_user text, conversation text, raters text, system_prompt bytea,
                language text, model text, answer_source text, is_anchor boolean, tokens integer, prompt text, question text,
                answer text,
                prompt_bands bigint[], answer_bands bigint[], prompt_group integer, answer_group integer, lineage jsonb,
                reason text, detail text, snippet text
            ) ON COMMIT DROP
            """)
    }

    /// - Parameter first: how many examples were staged before: examples count from 0.
    func stage(
        _ batch: StagedBatch, from first: Int, _ place: VersionPlace, _ policy: PromotionPolicy,
        on connection: PostgresConnection
    ) async throws {
        try await stage(batch.examples, from: first, place, policy, on: connection)
        let left = batch.exclusions
        guard !left.isEmpty else { return }
        func sides(_ share: Double) -> [String] {
            left.map { exclusion in
                let holdout = exclusion.source == "written" ? 0 : share
                return exclusion.key.side(salt: place.salt, holdout: holdout, validation: policy.validationShare)
                    .rawValue
            }
        }
        try await connection.query(
            """
            INSERT INTO staged (
                shard, exchange_id, source, split, drawn_key, exchange_key, conversation_key, user_key, reason, detail, snippet)
            SELECT u.shard, u.id, u.source, \(sql: side(place)), CASE WHEN \(sql: isDrawn(place)) THEN u.key_hash END,
                   u.exchange_key, u.conversation_key, u.user_key, u.reason, u.detail, u.snippet
            FROM unnest(
                \(PostgresArray(left.map(\.id.shard.value))), \(PostgresArray(left.map(\.id.uuid))),
                \(PostgresArray(left.map(\.source))), \(PostgresArray(sides(policy.holdoutShare))),
                \(PostgresArray(sides(0))), \(PostgresArray(left.map { $0.key.hash(in: place.project) })),
                \(PostgresArray(left.map(\.keys.exchange))), \(PostgresArray(left.map(\.keys.conversation))),
                \(PostgresArray(left.map(\.keys.endUser))),
                \(PostgresArray(left.map(\.exclusion.reason))), \(PostgresArray(left.map(\.exclusion.detail))),
                \(PostgresArray(left.map(\.snippet)))
            ) AS u(shard, id, source, split, trained_split, key_hash, exchange_key, conversation_key, user_key, reason,
                   detail, snippet)
            """)
    }

    /// Whether the draw takes the row `u` into the holdout: what was trained on once is never drawn.
    private func isDrawn(_ place: VersionPlace) -> SQL {
        """
        (u.split = 'holdout' AND NOT EXISTS (
            SELECT 1 FROM gleaner.trained_keys t
            WHERE t.project_id = \(place.project.uuid) AND t.key_hash = u.key_hash))
        """
    }

    /// Its side. What was held out once stays held out, by whatever it falls under.
    private func side(_ place: VersionPlace) -> SQL {
        """
        CASE WHEN \(sql: isDrawn(place)) OR EXISTS (
                      SELECT 1 FROM gleaner.holdouts h WHERE h.project_id = \(place.project.uuid)
                        AND h.key_hash = ANY (ARRAY[u.exchange_key, u.conversation_key, u.user_key]))
             THEN 'holdout'
             WHEN u.split = 'holdout' THEN u.trained_split ELSE u.split END
        """
    }

    private func stage(
        _ examples: [StagedExample], from first: Int, _ place: VersionPlace, _ policy: PromotionPolicy,
        on connection: PostgresConnection
    ) async throws {
        guard !examples.isEmpty else { return }
        let ordinals = examples.indices.map { Int32(first + $0) }
        func bands(_ side: PromotionPolicy.NearDuplicates.Side, _ text: (StagedExample) -> String) -> [String] {
            examples.map { example in
                let hashes = side.line.banding.hashes(of: Shingles(normalized: text(example)))
                return "{\(hashes.map(String.init).joined(separator: ","))}"
            }
        }
        try await connection.query(
            """
            INSERT INTO staged (
                ord, shard, exchange_id, source, split, drawn_key, exchange_key, conversation_key, user_key, content,
                content_hash, rank, end_user, conversation, raters, system_prompt, language, model, answer_source,
                is_anchor, tokens, prompt, question, answer, prompt_bands, answer_bands, prompt_group, answer_group, lineage, snippet)
            SELECT u.ord, u.shard, u.id, u.source, \(sql: side(place)),
                   CASE WHEN \(sql: isDrawn(place)) THEN u.key_hash END, u.exchange_key, u.conversation_key,
                   u.user_key, u.content, u.content_hash, u.rank, u.end_user, u.conversation, u.raters, u.system_prompt,
                   u.language, u.model, u.answer_source, u.is_anchor, u.tokens, u.prompt, u.question, u.answer,
                   u.prompt_bands::bigint[], u.answer_bands::bigint[], u.ord, u.ord, u.lineage, left(u.prompt, 120)
            FROM unnest(
                \(PostgresArray(ordinals)), \(PostgresArray(examples.map(\.id.shard.value))),
                \(PostgresArray(examples.map(\.id.uuid))), \(PostgresArray(examples.map(\.source))),
                \(PostgresArray(examples.map { $0.side(place, policy).rawValue })),
                \(PostgresArray(examples.map { $0.trainedSide(place, policy).rawValue })),
                \(PostgresArray(examples.map { $0.key.hash(in: place.project) })),
                \(PostgresArray(examples.map(\.keys.exchange))), \(PostgresArray(examples.map(\.keys.conversation))),
                \(PostgresArray(examples.map(\.keys.endUser))),
                \(PostgresArray(examples.map(\.line))), \(PostgresArray(examples.map(\.contentHash))),
                \(PostgresArray(examples.map(\.rank))), \(PostgresArray(examples.map(\.endUser))),
                \(PostgresArray(examples.map(\.conversation))), \(PostgresArray(examples.map(\.raters))),
                \(PostgresArray(examples.map(\.systemPrompt))), \(PostgresArray(examples.map(\.language))),
                \(PostgresArray(examples.map(\.model))), \(PostgresArray(examples.map(\.answerSource))),
                \(PostgresArray(examples.map(\.isAnchor))), \(PostgresArray(examples.map { Int32($0.tokens) })),
                \(PostgresArray(examples.map(\.prompt))), \(PostgresArray(examples.map(\.question))),
                \(PostgresArray(examples.map(\.answer))),
                \(PostgresArray(bands(policy.nearDuplicates.prompt, \.prompt))),
                \(PostgresArray(bands(policy.nearDuplicates.answer, \.answer))),
                \(PostgresArray(examples.map { JSONB(bytes: $0.lineage) }))
            ) AS u(ord, shard, id, source, split, trained_split, key_hash, exchange_key, conversation_key, user_key, content,
                   content_hash, rank, end_user, conversation, raters, system_prompt, language, model, answer_source,
                   is_anchor, tokens, prompt, question, answer, prompt_bands, answer_bands, lineage)
            """)
    }

    /// Statements that look at everything at once are planned by what is there.
    func closeStage(_ place: VersionPlace, on connection: PostgresConnection) async throws {
        // Where users are split, a conversation may have several, or name one only now and then: it goes as a whole.
        try await connection.query(
            """
            UPDATE staged s SET split = 'holdout', drawn_key = s.conversation_key
            FROM (SELECT DISTINCT conversation_key FROM staged WHERE split = 'holdout' AND conversation_key IS NOT NULL) d
            WHERE s.split <> 'holdout' AND s.conversation_key = d.conversation_key AND NOT EXISTS (
                SELECT 1 FROM gleaner.trained_keys t
                WHERE t.project_id = \(place.project.uuid) AND t.key_hash = s.conversation_key)
            """, timeout: Self.patience)
        try await connection.query("CREATE INDEX ON staged (ord)", timeout: Self.patience)
        try await connection.query("ANALYZE staged", timeout: Self.patience)
    }

    func forEachWritten(
        _ dataset: String, of project: ID<Project>, on connection: PostgresConnection,
        _ body: (WrittenExample) async throws -> Void
    ) async throws {
        try await connection.forEachRow(
            """
            SELECT id, content, author, file, line, created_at FROM gleaner.written_examples
            WHERE project_id = \(project.uuid) AND dataset = \(dataset) ORDER BY id
            """, batch: 200
        ) { row in
            try await body(
                WrittenExample(
                    id: ID(try row.decode("id", as: UUID.self)), content: try row.decode("content"),
                    author: try row.decode("author"), file: try row.decode("file"), line: try row.decode("line"),
                    createdAt: try row.decode("created_at")))
        }
    }

    /// The project's secret of the splits; made when it is first needed.
    func salt(of project: ID<Project>) async throws -> String {
        let fresh = (0..<4).map { _ in String(UInt64.random(in: .min ... .max), radix: 16) }.joined()
        try await pool.query(
            """
            INSERT INTO gleaner.split_salts (project_id, salt) VALUES (\(project.uuid), \(fresh))
            ON CONFLICT (project_id) DO NOTHING
            """)
        return try await pool.query("SELECT salt FROM gleaner.split_salts WHERE project_id = \(project.uuid)")[0]
            .decode("salt")
    }
}
