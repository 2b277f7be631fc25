import AsyncPostgres
import GleanerCore

/// What is on the stage, counted.
extension PostgresDatasetStore {
    func describe(_ statistics: inout DatasetVersion.Statistics, on connection: PostgresConnection) async throws {
        statistics.excluded = try await counts("reason", where: "reason IS NOT NULL", on: connection)
        let sides = try await counts("split", where: "reason IS NULL", on: connection)
        statistics.train = sides["train"] ?? 0
        statistics.validation = sides["validation"] ?? 0
        statistics.holdout = sides["holdout"] ?? 0
        let trained: SQL = "reason IS NULL AND split <> 'holdout'"
        statistics.answerSources = try await counts("answer_source", where: trained, on: connection)
        statistics.languages = try await counts("language", where: trained, on: connection)
        statistics.models = try await counts("model", where: trained, on: connection)
        let row = try await connection.query(
            """
            SELECT count(*) FILTER (WHERE source = 'written') AS written, count(*) FILTER (WHERE is_anchor) AS anchors,
                   count(DISTINCT system_prompt) AS system_prompts, count(DISTINCT end_user) AS end_users,
                   coalesce(sum(tokens), 0)::bigint AS tokens,
                   percentile_disc(ARRAY[0.05, 0.5, 0.95, 1]) WITHIN GROUP (ORDER BY tokens) AS quantiles
            FROM staged WHERE \(sql: trained)
            """, timeout: Self.patience)[0]
        statistics.written = try row.decode("written")
        statistics.anchors = try row.decode("anchors")
        statistics.systemPrompts = try row.decode("system_prompts")
        statistics.endUsers = try row.decode("end_users")
        statistics.estimatedTokens = try row.decode("tokens")
        statistics.tokenQuantiles =
            try row.decodeIfPresent("quantiles", as: PostgresArray<Int32>.self)?.elements.map(Int.init) ?? []
    }

    private func counts(_ column: String, where: SQL, on connection: PostgresConnection) async throws -> [String: Int] {
        var counts: [String: Int] = [:]
        for row in try await connection.query(
            """
            SELECT \(identifier: column) AS name, count(*) AS count FROM staged
            WHERE \(sql: `where`) AND \(identifier: column) IS NOT NULL GROUP BY 1
            """, timeout: Self.patience)
        {
            counts[try row.decode("name")] = try row.decode("count", as: Int.self)
        }
        return counts
    }

    /// The gates' work, with three of each gate's cases: the best judged, since these one misses most.
    func preview(
        _ statistics: DatasetVersion.Statistics, _ policy: PromotionPolicy, on connection: PostgresConnection
    ) async throws -> DatasetPreview {
        let rows = try await connection.query(
            """
            SELECT reason, exchange_id::text AS id, detail, coalesce(snippet, '') AS snippet FROM (
                SELECT *, row_number() OVER (PARTITION BY reason ORDER BY rank DESC NULLS LAST, exchange_id) AS place
                FROM staged WHERE reason IS NOT NULL) numbered
            WHERE place <= 3 ORDER BY reason, place
            """, timeout: Self.patience)
        var examples: [String: [DatasetPreview.Example]] = [:]
        for row in rows {
            examples[try row.decode("reason"), default: []].append(
                DatasetPreview.Example(
                    id: try row.decode("id"), detail: try row.decode("detail"), prompt: try row.decode("snippet")))
        }
        let gates = statistics.excluded.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { reason, count in
            DatasetPreview.Gate(reason: reason, count: count, examples: examples[reason] ?? [])
        }
        return DatasetPreview(
            statistics: statistics, gates: gates, advice: PreviewAdvice(statistics: statistics, policy: policy).lines)
    }
}

/// What somebody who has built such sets would say.
struct PreviewAdvice: Sendable {
    let statistics: DatasetVersion.Statistics
    let policy: PromotionPolicy

    var lines: [String] {
        var lines: [String] = []
        let count = statistics.promoted
        if count < DatasetVerifier.minimumExamples {
            lines.append("\(count) examples; providers take 10 or more, and 50 to 100 have a visible effect.")
        } else if count < 50 {
            lines.append("\(count) examples are enough for a provider; 50 to 100 have a visible effect.")
        }
        if statistics.systemPrompts > 1, policy.systemPrompt.mode == .keep {
            lines.append(
                "\(statistics.systemPrompts) different system prompts; with `system_prompt` replaced by the one the bot runs with, all examples teach the same role."
            )
        }
        if count > 0, statistics.holdout == 0 {
            lines.append("Nothing is held out, so no gate can measure what is trained on this.")
        }
        let generated = statistics.answerSources["original", default: 0]
        if count > 0, statistics.anchors * 10 < count * 3, generated > 0 {
            let share = Int((statistics.anchorShare * 100).rounded())
            lines.append(
                "\(share) % of the answers are people's; a model that learns its own answers forgets the rare ones: 30 % or more is safer."
            )
        }
        if policy.splitBy == .endUser, statistics.endUsers < 20, statistics.endUsers > 0 {
            lines.append("\(statistics.endUsers) end users are few to split by; split_by conversation fits better.")
        }
        return lines
    }
}
