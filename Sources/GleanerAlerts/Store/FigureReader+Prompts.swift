import AsyncPostgres
import Foundation
import GleanerCore

extension FigureReader {
    /// What users asked about in a window and in what it is held against, as embeddings. Only those of the newest version of
    /// their evaluator: another embedding model begins anew.
    func prompts(
        _ document: AlertRuleDocument, of project: String, from: Date, to: Date
    ) async throws -> PromptPeriods {
        let reference = document.reference(from: from, to: to)
        let newest = try await pool.query(
            """
            SELECT t.evaluator_version AS version
            FROM gleaner.prompt_embeddings t JOIN gleaner.projects p ON p.id = t.project_id
            WHERE p.name = \(project) AND t.evaluator = \(AlertRuleDocument.embedder)
              AND t.exchange_id >= \(UUID.lowest(at: reference.from)) AND t.exchange_id < \(UUID.lowest(at: to))
            ORDER BY t.exchange_id DESC LIMIT 1
            """)
        guard let version = try newest.first?.decode("version", as: String.self) else {
            return PromptPeriods(before: [], now: [])
        }
        return PromptPeriods(
            before: try await prompts(document, of: project, version, from: reference.from, to: reference.to),
            now: try await prompts(document, of: project, version, from: from, to: to))
    }

    /// A random sample, one prompt of a conversation: those of one are alike, and would look like more than they are.
    private func prompts(
        _ document: AlertRuleDocument, of project: String, _ version: String, from: Date, to: Date
    ) async throws -> [[Float]] {
        let (low, high) = (UUID.lowest(at: from), UUID.lowest(at: to))
        return try await pool.query(
            """
            SELECT q.vector FROM (
                SELECT DISTINCT ON (r.conversation) r.draw, r.vector FROM (
                    SELECT p.name AS project, gleaner.time_of(x.id) AS at, x.source,
                           coalesce(x.route, '(none)') AS route, coalesce(x.variant, '(none)') AS variant,
                           coalesce(x.provider, '(none)') AS provider,
                           coalesce(left(x.served_model, 100), '(none)') AS model,
                           coalesce(x.language, '(none)') AS language,
                           coalesce(x.conversation, x.id::text) AS conversation, t.draw, t.vector
                    FROM gleaner.prompt_embeddings t
                    JOIN gleaner.projects p ON p.id = t.project_id
                    JOIN gleaner.exchanges x ON x.shard = t.shard AND x.id = t.exchange_id AND x.project_id = t.project_id
                    WHERE t.evaluator = \(AlertRuleDocument.embedder) AND t.evaluator_version = \(version)
                      AND t.exchange_id >= \(low) AND t.exchange_id < \(high) AND x.id >= \(low) AND x.id < \(high)) r
                WHERE \(sql: conditions(document, of: project, from: from, to: to))
                ORDER BY r.conversation, r.draw) q
            ORDER BY q.draw LIMIT \(Int64(AlertRuleDocument.mostPrompts))
            """
        ).map { try $0.decode("vector", as: PostgresArray<Float>.self).elements }
    }
}
