import AsyncPostgres
import Foundation
import GleanerCore
import GleanerJobs

extension TuningStore {
    /// Writes how a fine-tune ended, the model it made, and that its work is done: all or nothing.
    func end(
        _ ending: TuningMachine.Ending, _ job: TuningJob, _ remote: RemoteJob?, results: [TuningMetric],
        holding running: RunningJob
    ) async throws {
        var state = TuningState.cancelled
        var model: String?
        var error: JSONB?
        switch ending {
        case .succeeded(let name):
            state = .succeeded
            model = name.storable
        case .failed(let failure):
            state = .failed
            error = JSONB(bytes: Array(try JSONEncoder().encode(failure)))
        case .cancelled: break
        }
        try await write(holding: running) { connection in
            try await connection.query(
                """
                UPDATE gleaner.tuning_jobs SET
                    state = \(state.rawValue), state_reason = NULL, fine_tuned_model = \(model), error = \(error),
                    provider_status = coalesce(\(remote?.rawStatus.storable), provider_status),
                    trained_tokens = coalesce(\(remote?.trainedTokens.map { Int64($0) }), trained_tokens),
                    finished_at = clock_timestamp()
                WHERE id = \(job.id.uuid)
                """)
            var news = TuningNews()
            news.metrics = results
            try await add(news, to: job.id, on: connection)
            if let model { try await addModel(model, of: job, on: connection) }
            try await running.queue.complete(running.lease, on: connection)
        }
    }

    /// A model learned from other models' answers where its dataset holds answers as they were given, or chosen over
    /// others. Its generation is one more than the deepest fine-tune among those and the model that it was tuned from;
    /// people's corrections and base models count as 0.
    private func addModel(_ model: String, of job: TuningJob, on connection: PostgresConnection) async throws {
        try await connection.query(
            """
            INSERT INTO gleaner.model_versions AS m (
                id, project_id, provider, model, base_model, tuning_job_id, dataset_version_id, generation, shutdown_date,
                erased_at, created_at)
            SELECT \(ID<TunedModel>.new().uuid), \(job.project.uuid), \(job.provider), \(model), \(job.baseModel),
                   \(job.id.uuid), v.id,
                   1 + greatest(gleaner.tuned_depth(\(job.project.uuid), \(job.baseModel)), (
                       SELECT max(greatest(w.depth, gleaner.tuned_depth(\(job.project.uuid), w.model))) FROM (
                           SELECT CASE WHEN e.lineage ? 'answer_model' THEN e.lineage->>'answer_model'
                                       ELSE e.lineage->>'served_model' END AS model,
                                  max((e.lineage->'gates'->>'generation')::integer) AS depth
                           FROM gleaner.examples e
                           WHERE e.version_id = v.id AND e.split IN ('train', 'validation')
                             AND e.lineage->>'answer_source' IN ('original', 'preferred')
                           GROUP BY 1) w)),
                   (SELECT s.shutdown_date FROM gleaner.model_shutdowns s
                    WHERE s.provider = \(job.provider) AND s.model IN (\(model), \(job.baseModel))
                    ORDER BY s.shutdown_date LIMIT 1),
                   CASE WHEN v.erased_examples > 0 THEN clock_timestamp() END, clock_timestamp()
            FROM gleaner.dataset_versions v WHERE v.id = \(job.datasetVersion)
            ON CONFLICT ON CONSTRAINT model_versions_model_key DO UPDATE SET
                base_model = excluded.base_model, tuning_job_id = excluded.tuning_job_id,
                dataset_version_id = excluded.dataset_version_id, generation = excluded.generation,
                shutdown_date = excluded.shutdown_date, erased_at = excluded.erased_at, created_at = excluded.created_at
            """)
    }
}
