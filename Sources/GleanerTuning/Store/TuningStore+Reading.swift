import AsyncPostgres
import Foundation
import GleanerCore

extension TuningStore {
    /// Oldest first; the newest `limit` of them.
    func events(of id: ID<TuningJob>, limit: Int) async throws -> [TuningEvent] {
        try await pool.query(
            """
            SELECT event_id, at, level, type, message, data FROM gleaner.tuning_events WHERE job_id = \(id.uuid)
            ORDER BY at DESC, event_id DESC LIMIT \(limit)
            """
        ).map { row in
            TuningEvent(
                id: try row.decode("event_id"), at: try row.decode("at"), level: try row.decode("level"),
                type: try row.decode("type"), message: try row.decode("message"),
                data: try row.decodeIfPresent("data", as: JSONB.self).map { try JSONValue(parsing: $0.bytes) })
        }.reversed()
    }

    func curve(of id: ID<TuningJob>) async throws -> [TuningMetric] {
        try await pool.query("SELECT * FROM gleaner.tuning_metrics WHERE job_id = \(id.uuid) ORDER BY step").map {
            row in
            var metric = TuningMetric(step: Int(try row.decode("step", as: Int32.self)))
            metric.trainLoss = try row.decodeIfPresent("train_loss")
            metric.trainAccuracy = try row.decodeIfPresent("train_accuracy")
            metric.validLoss = try row.decodeIfPresent("valid_loss")
            metric.validAccuracy = try row.decodeIfPresent("valid_accuracy")
            metric.fullValidLoss = try row.decodeIfPresent("full_valid_loss")
            metric.fullValidAccuracy = try row.decodeIfPresent("full_valid_accuracy")
            return metric
        }
    }

    func checkpoints(of id: ID<TuningJob>) async throws -> [TuningCheckpoint] {
        try await pool.query(
            "SELECT * FROM gleaner.tuning_checkpoints WHERE job_id = \(id.uuid) ORDER BY step, checkpoint_id"
        ).map { row in
            TuningCheckpoint(
                id: try row.decode("checkpoint_id"), step: Int(try row.decode("step", as: Int32.self)),
                model: try row.decode("model"), createdAt: try row.decode("created_at"))
        }
    }

    // MARK: Models

    /// Newest first.
    func models(of project: ID<Project>) async throws -> [TunedModel] {
        try await pool.query(
            """
            SELECT id, provider, model, base_model, tuning_job_id, dataset_version_id, generation,
                   to_char(shutdown_date, 'YYYY-MM-DD') AS shutdown, erased_at, created_at
            FROM gleaner.model_versions WHERE project_id = \(project.uuid) ORDER BY created_at DESC, id DESC
            """
        ).map { row in
            TunedModel(
                id: ID(try row.decode("id")), provider: try row.decode("provider"), model: try row.decode("model"),
                baseModel: try row.decode("base_model"),
                tuningJob: try row.decodeIfPresent("tuning_job_id", as: UUID.self).map { ID($0) },
                datasetVersion: try row.decodeIfPresent("dataset_version_id"),
                generation: Int(try row.decode("generation", as: Int32.self)),
                shutdown: try row.decodeIfPresent("shutdown"), erasedAt: try row.decodeIfPresent("erased_at"),
                createdAt: try row.decode("created_at"))
        }
    }

    // MARK: Prices and shutdowns

    /// - Parameter provider: its own name.
    func price(of baseModel: String, at provider: String) async throws -> Double? {
        try await pool.query(
            "SELECT usd FROM gleaner.tuning_prices WHERE provider = \(provider) AND base_model = \(baseModel)"
        ).first?.decode("usd")
    }

    func prices() async throws -> [TuningPrice] {
        try await pool.query(
            "SELECT provider, base_model, usd FROM gleaner.tuning_prices ORDER BY provider, base_model"
        )
        .map {
            TuningPrice(
                provider: try $0.decode("provider"), baseModel: try $0.decode("base_model"), usd: try $0.decode("usd"))
        }
    }

    func set(_ price: TuningPrice) async throws {
        try await pool.query(
            """
            INSERT INTO gleaner.tuning_prices (provider, base_model, usd, set_at)
            VALUES (\(price.provider), \(price.baseModel), \(price.usd), clock_timestamp())
            ON CONFLICT (provider, base_model) DO UPDATE SET usd = excluded.usd, set_at = excluded.set_at
            """)
    }

    /// `YYYY-MM-DD`, of a model or what it was tuned from.
    func shutdown(of model: String, at provider: String) async throws -> String? {
        try await pool.query(
            """
            SELECT to_char(shutdown_date, 'YYYY-MM-DD') AS day FROM gleaner.model_shutdowns
            WHERE provider = \(provider) AND model = \(model)
            """
        ).first?.decode("day")
    }

    /// Replaces what was known of one provider: a date that is gone is gone.
    func saw(_ shutdowns: [String: String], at provider: String) async throws {
        let models = shutdowns.keys.sorted()
        try await pool.withTransaction { connection in
            try await connection.query(
                "DELETE FROM gleaner.model_shutdowns WHERE provider = \(provider) AND NOT model = ANY(\(PostgresArray(models)))"
            )
            try await connection.query(
                """
                INSERT INTO gleaner.model_shutdowns (provider, model, shutdown_date, seen_at)
                SELECT \(provider), model, day::date, clock_timestamp()
                FROM unnest(\(PostgresArray(models)), \(PostgresArray(models.map { shutdowns[$0] }))) AS s (model, day)
                ON CONFLICT (provider, model) DO UPDATE SET
                    shutdown_date = excluded.shutdown_date, seen_at = excluded.seen_at
                """)
            try await connection.query(
                """
                UPDATE gleaner.model_versions m SET shutdown_date = s.day
                FROM (SELECT v.id, min(d.shutdown_date) AS day FROM gleaner.model_versions v
                      LEFT JOIN gleaner.model_shutdowns d ON d.provider = v.provider AND d.model IN (v.model, v.base_model)
                      WHERE v.provider = \(provider) GROUP BY v.id) s
                WHERE m.id = s.id AND m.shutdown_date IS DISTINCT FROM s.day
                """)
        }
    }

    /// Tuned models of the project that end, or whose base model does; soonest first.
    func retirements(of project: ID<Project>) async throws -> [Retirement] {
        try await pool.query(
            """
            SELECT provider, model, base_model, to_char(shutdown_date, 'YYYY-MM-DD') AS day,
                   shutdown_date - (statement_timestamp() AT TIME ZONE 'UTC')::date AS days
            FROM gleaner.model_versions WHERE project_id = \(project.uuid) AND shutdown_date IS NOT NULL
            ORDER BY shutdown_date, model
            """
        ).map(Retirement.init)
    }
}

extension Retirement {
    /// Of a row with `day` and `days`.
    init(_ row: PostgresRow) throws {
        self.init(
            provider: try row.decode("provider"), model: try row.decode("model"),
            baseModel: try row.decode("base_model"), shutdown: try row.decode("day"),
            daysLeft: Int(try row.decode("days", as: Int32.self)), uses: [])
    }
}
