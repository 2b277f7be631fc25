import AsyncPostgres
import Foundation
import GleanerCore
import GleanerJobs

/// `tuning_jobs` and what belongs to them.
struct TuningStore: Sendable {
    let pool: PostgresPool

    // MARK: Making and reading jobs

    /// Writes a confirmed job and the work that drives it, both or neither.
    /// - Returns: the job's id; of the one there was, when this confirmation was used before.
    func create(
        _ request: TuningRequest, _ set: TrainingSet, _ estimate: TuningEstimate, in project: ID<Project>,
        by person: String, queue: JobQueue
    ) async throws -> ID<TuningJob> {
        try await pool.withTransaction { connection in
            let id = ID<TuningJob>.new()
            let made = try await connection.query(
                """
                INSERT INTO gleaner.tuning_jobs (
                    id, project_id, dataset_version_id, driver, provider, base_model, suffix, seed, method,
                    hyperparameters, state, estimated_tokens, estimated_epochs, billed_tokens, estimated_usd,
                    confirmation, confirmed_by, confirmed_at, created_at)
                VALUES (
                    \(id.uuid), \(project.uuid), \(set.id), \(request.driver.rawValue), \(request.provider),
                    \(request.baseModel), \(request.suffix), \(request.seed.map { Int32(clamping: $0) }),
                    \(request.method.rawValue), \(JSONB(bytes: try request.hyperparameters.document.canonicalBytes())),
                    'waiting', \(Int64(estimate.tokens)), \(Int32(clamping: estimate.epochs)),
                    \(Int64(estimate.billedTokens)), \(estimate.usd), \(estimate.confirm), \(person),
                    clock_timestamp(), clock_timestamp())
                ON CONFLICT ON CONSTRAINT tuning_jobs_confirmation_key DO NOTHING
                """
            ).affected
            guard made == 1 else {
                let known = try await connection.query(
                    """
                    SELECT id FROM gleaner.tuning_jobs
                    WHERE project_id = \(project.uuid) AND confirmation = \(estimate.confirm)
                    """)
                guard let row = known.first else { throw TuningError.confirmationStale }
                return ID(try row.decode("id"))
            }
            try await queue.enqueue(
                NewJob(
                    kind: .tune, project: project, payload: TuningWork(job: id).payload,
                    idempotencyKey: id.description, maximumAttempts: TuneHandler.attempts), on: connection)
            return id
        }
    }

    func jobs(of project: ID<Project>, before: ID<TuningJob>?, limit: Int) async throws -> [TuningJob] {
        try await pool.query(
            """
            \(raw: TuningJob.selection) WHERE j.project_id = \(project.uuid)
              AND (\(before?.uuid)::uuid IS NULL OR j.id < \(before?.uuid)) ORDER BY j.id DESC LIMIT \(limit)
            """
        ).map(TuningJob.init)
    }

    func job(_ id: ID<TuningJob>, of project: ID<Project>) async throws -> TuningJob? {
        try await pool.query(
            "\(raw: TuningJob.selection) WHERE j.id = \(id.uuid) AND j.project_id = \(project.uuid)"
        ).first.map(TuningJob.init)
    }

    /// Those that learned from a dataset version.
    func jobs(from version: UUID, of project: ID<Project>) async throws -> [TuningJob] {
        try await pool.query(
            """
            \(raw: TuningJob.selection)
            WHERE j.dataset_version_id = \(version) AND j.project_id = \(project.uuid) ORDER BY j.id
            """
        ).map(TuningJob.init)
    }

    // MARK: Cancelling

    /// - Returns: whether it is on its way to being cancelled, now or before.
    func askToCancel(_ id: ID<TuningJob>, of project: ID<Project>, by person: String) async throws -> Bool {
        try await pool.query(
            """
            UPDATE gleaner.tuning_jobs SET
                cancelled_by = coalesce(cancelled_by, \(person)), cancel_at = coalesce(cancel_at, clock_timestamp())
            WHERE id = \(id.uuid) AND project_id = \(project.uuid) AND finished_at IS NULL
            """
        ).affected == 1
    }

    func isCancelWanted(_ id: ID<TuningJob>) async throws -> Bool {
        let rows = try await pool.query(
            "SELECT cancel_at IS NOT NULL AS wanted FROM gleaner.tuning_jobs WHERE id = \(id.uuid)")
        return try rows.first?.decode("wanted") ?? false
    }

    // MARK: Deleted files

    func filesWereDeleted(_ id: ID<TuningJob>) async throws {
        try await pool.query(
            """
            UPDATE gleaner.tuning_jobs SET files_deleted_at = coalesce(files_deleted_at, clock_timestamp())
            WHERE id = \(id.uuid)
            """)
    }
}

extension TuningJob {
    static let selection = """
        SELECT j.*, d.name AS dataset, v.number AS version,
               (SELECT jsonb_object_agg(s.step, s.result) FROM gleaner.tuning_steps s
                WHERE s.job_id = j.id AND s.result IS NOT NULL) AS made
        FROM gleaner.tuning_jobs j
        JOIN gleaner.dataset_versions v ON v.id = j.dataset_version_id JOIN gleaner.datasets d ON d.id = v.dataset_id
        """

    init(_ row: PostgresRow) throws {
        func count(_ column: String) throws -> Int { Int(try row.decode(column, as: Int64.self)) }
        func document<Value: Decodable>(_ column: String, _ type: Value.Type) throws -> Value? {
            guard let bytes = try row.decodeIfPresent(column, as: JSONB.self)?.bytes else { return nil }
            return try JSONDecoder().decode(type, from: Data(bytes))
        }
        let made = try document("made", [String: String].self) ?? [:]
        // The table's checks know the same words.
        self.init(
            id: ID(try row.decode("id")), project: ID(try row.decode("project_id")),
            datasetVersion: try row.decode("dataset_version_id"), dataset: try row.decode("dataset"),
            version: Int(try row.decode("version", as: Int32.self)),
            driver: TuningDriverName(rawValue: try row.decode("driver")) ?? .openAI,
            provider: try row.decode("provider"),
            baseModel: try row.decode("base_model"), suffix: try row.decodeIfPresent("suffix"),
            seed: try row.decodeIfPresent("seed", as: Int32.self).map { Int($0) },
            method: TuningMethod(rawValue: try row.decode("method")) ?? .sft,
            hyperparameters: try document("hyperparameters", Hyperparameters.self) ?? Hyperparameters(),
            state: TuningState(rawValue: try row.decode("state")) ?? .waiting,
            stateReason: try row.decodeIfPresent("state_reason"),
            providerStatus: try row.decodeIfPresent("provider_status"),
            providerJob: try row.decodeIfPresent("provider_job"),
            fineTunedModel: try row.decodeIfPresent("fine_tuned_model"),
            trainedTokens: try row.decodeIfPresent("trained_tokens", as: Int64.self).map { Int($0) },
            estimatedTokens: try count("estimated_tokens"),
            estimatedEpochs: Int(try row.decode("estimated_epochs", as: Int32.self)),
            billedTokens: try count("billed_tokens"), estimatedUSD: try row.decodeIfPresent("estimated_usd"),
            confirmedBy: try row.decode("confirmed_by"), confirmedAt: try row.decode("confirmed_at"),
            cancelledBy: try row.decodeIfPresent("cancelled_by"), cancelAt: try row.decodeIfPresent("cancel_at"),
            error: try document("error", TuningFailure.self), createdAt: try row.decode("created_at"),
            submittedAt: try row.decodeIfPresent("submitted_at"), finishedAt: try row.decodeIfPresent("finished_at"),
            filesDeletedAt: try row.decodeIfPresent("files_deleted_at"),
            files: Dictionary(
                uniqueKeysWithValues: made.compactMap { step, id in
                    TuningStep(rawValue: step).flatMap { $0 == .job ? nil : ($0, id) }
                }))
    }
}
