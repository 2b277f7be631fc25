import AsyncPostgres
import Foundation
import GleanerCore

/// A random sample of what users ask about, as embeddings: rows of `prompt_embeddings`.
///
/// Of each evaluator, version and day (UTC) those with the smallest hashes of their ids are kept. So each prompt has the same
/// chance in whatever order they come, a repetition changes nothing, and no day takes more room than another.
struct PromptSample: Sendable {
    let project: ID<Project>
    /// 6 kB each with 1,536 dimensions.
    static let mostPerDay: Int64 = 500

    private struct Day: Hashable {
        let evaluator: String
        let version: String
        /// Its beginning.
        let at: Date

        var low: UUID { .lowest(at: at) }
        var high: UUID { .lowest(at: at.addingTimeInterval(86_400)) }
    }

    private struct Prompt {
        let exchange: ID<Exchange>
        let draw: Double
        let vector: [Float]
    }

    /// Keeps what finds room, and lets go what has none any more.
    func keep(_ results: [EvaluatorStore.Result], on connection: PostgresConnection) async throws {
        var days: [Day: [Prompt]] = [:]
        for result in results {
            guard let vector = result.outcome.embedding else { continue }
            let day = Day(
                evaluator: result.evaluator, version: result.version,
                at: result.exchange.timestamp.beginning(ofEach: 86_400))
            days[day, default: []].append(
                Prompt(exchange: result.exchange, draw: draw(result.exchange), vector: vector))
        }
        guard !days.isEmpty else { return }
        // One at a time: two would each leave room for the other's.
        try await connection.query(
            """
            SELECT pg_advisory_xact_lock(hashtext('gleaner.prompt_embeddings'), hashtext(\(project.description)))
            """)
        for (day, prompts) in days { try await keep(prompts, of: day, on: connection) }
    }

    private func draw(_ exchange: ID<Exchange>) -> Double {
        SamplingHash.unit(salt: "prompt:\(project)", key: exchange.description)
    }

    private func keep(_ prompts: [Prompt], of day: Day, on connection: PostgresConnection) async throws {
        let last = try await connection.query(
            """
            SELECT draw FROM gleaner.prompt_embeddings WHERE \(sql: condition(day))
            ORDER BY draw OFFSET \(Self.mostPerDay - 1) LIMIT 1
            """
        ).first?.decode("draw", as: Double.self)
        let fitting = prompts.filter { prompt in last.map { prompt.draw < $0 } ?? true }
        guard !fitting.isEmpty else { return }
        for prompt in fitting {
            // What has been erased meanwhile is not written again.
            try await connection.query(
                """
                INSERT INTO gleaner.prompt_embeddings
                    (shard, exchange_id, evaluator, evaluator_version, project_id, draw, vector, created_at)
                SELECT x.shard, x.id, \(day.evaluator), \(day.version), x.project_id, \(prompt.draw),
                       \(PostgresArray(prompt.vector)), clock_timestamp()
                FROM gleaner.exchanges x
                WHERE x.shard = \(prompt.exchange.shard.value) AND x.id = \(prompt.exchange.uuid)
                  AND x.project_id = \(project.uuid)
                ON CONFLICT (shard, exchange_id, evaluator, evaluator_version) DO NOTHING
                """)
        }
        try await connection.query(
            """
            DELETE FROM gleaner.prompt_embeddings
            WHERE \(sql: condition(day)) AND (shard, exchange_id) IN (
                SELECT shard, exchange_id FROM gleaner.prompt_embeddings WHERE \(sql: condition(day))
                ORDER BY draw, exchange_id OFFSET \(Self.mostPerDay))
            """)
    }

    private func condition(_ day: Day) -> SQL {
        """
        project_id = \(project.uuid) AND evaluator = \(day.evaluator) AND evaluator_version = \(day.version)
        AND exchange_id >= \(day.low) AND exchange_id < \(day.high)
        """
    }
}

extension EvaluatorOutcome {
    /// Of the prompt.
    fileprivate var embedding: [Float]? {
        guard case .measured(let values) = self else { return nil }
        return values.lazy.compactMap(\.embedding).first { !$0.isEmpty }
    }
}
