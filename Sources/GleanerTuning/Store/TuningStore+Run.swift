import AsyncPostgres
import Foundation
import GleanerCore
import GleanerJobs

/// What a run writes: always as part of a transaction in which it still holds the job.
extension TuningStore {
    /// What was intended and what came of it.
    struct StepRow: Sendable, Hashable {
        let step: TuningStep
        let name: String
        let intendedAt: Date
        let upload: String?
        let result: String?
    }

    func steps(of id: ID<TuningJob>) async throws -> [TuningStep: StepRow] {
        let rows = try await pool.query(
            "SELECT step, name, intended_at, upload, result FROM gleaner.tuning_steps WHERE job_id = \(id.uuid)"
        ).compactMap { row -> StepRow? in
            guard let step = TuningStep(rawValue: try row.decode("step")) else { return nil }
            return StepRow(
                step: step, name: try row.decode("name"), intendedAt: try row.decode("intended_at"),
                upload: try row.decodeIfPresent("upload"), result: try row.decodeIfPresent("result"))
        }
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.step, $0) })
    }

    func intend(_ step: TuningStep, _ name: String, for id: ID<TuningJob>, holding job: RunningJob) async throws
        -> StepRow
    {
        try await write(holding: job) { connection in
            let rows = try await connection.query(
                """
                INSERT INTO gleaner.tuning_steps (job_id, step, name, intended_at)
                VALUES (\(id.uuid), \(step.rawValue), \(name), clock_timestamp())
                RETURNING intended_at
                """)
            guard let row = rows.first else { throw JobError.leaseLost }
            return StepRow(step: step, name: name, intendedAt: try row.decode("intended_at"), upload: nil, result: nil)
        }
    }

    func began(upload: String, of step: TuningStep, for id: ID<TuningJob>, holding job: RunningJob) async throws {
        try await write(holding: job) {
            try await $0.query(
                "UPDATE gleaner.tuning_steps SET upload = \(upload) WHERE job_id = \(id.uuid) AND step = \(step.rawValue)"
            )
        }
    }

    func made(_ step: TuningStep, _ result: String, for id: ID<TuningJob>, holding job: RunningJob) async throws {
        try await write(holding: job) { connection in
            try await connection.query(
                """
                UPDATE gleaner.tuning_steps SET result = \(result.storable), done_at = clock_timestamp()
                WHERE job_id = \(id.uuid) AND step = \(step.rawValue)
                """)
            guard step == .job else { return }
            try await connection.query(
                """
                UPDATE gleaner.tuning_jobs SET provider_job = \(result.storable), submitted_at = clock_timestamp()
                WHERE id = \(id.uuid)
                """)
        }
    }

    /// - Parameter reason: `nil` when all is well.
    func note(_ state: TuningState, reason: String?, for id: ID<TuningJob>, holding job: RunningJob) async throws {
        try await write(holding: job) {
            try await $0.query(
                """
                UPDATE gleaner.tuning_jobs SET state = \(state.rawValue), state_reason = \(reason?.storable)
                WHERE id = \(id.uuid) AND (state, state_reason) IS DISTINCT FROM (\(state.rawValue), \(reason?.storable))
                """)
        }
    }

    func note(_ remote: RemoteJob, _ news: TuningNews, for id: ID<TuningJob>, holding job: RunningJob) async throws {
        try await write(holding: job) { connection in
            try await connection.query(
                """
                UPDATE gleaner.tuning_jobs SET state = 'training', state_reason = NULL,
                    provider_status = \(remote.rawStatus.storable),
                    trained_tokens = coalesce(\(remote.trainedTokens.map { Int64($0) }), trained_tokens)
                WHERE id = \(id.uuid)
                """)
            try await add(news, to: id, on: connection)
        }
    }

    /// Events and metrics that are known already change nothing.
    func add(_ news: TuningNews, to id: ID<TuningJob>, on connection: PostgresConnection) async throws {
        for event in news.events {
            let data = try event.data.map { JSONB(bytes: try $0.storable.canonicalBytes()) }
            try await connection.query(
                """
                INSERT INTO gleaner.tuning_events (job_id, event_id, at, level, type, message, data)
                VALUES (\(id.uuid), \(event.id.storable), \(event.at), \(event.level.storable), \(event.type.storable),
                        \(event.message.storable), \(data))
                ON CONFLICT DO NOTHING
                """, isKept: true)
        }
        for metric in news.metrics {
            try await connection.query(
                """
                INSERT INTO gleaner.tuning_metrics AS m (
                    job_id, step, train_loss, train_accuracy, valid_loss, valid_accuracy, full_valid_loss, full_valid_accuracy)
                VALUES (\(id.uuid), \(Int32(clamping: metric.step)), \(metric.trainLoss), \(metric.trainAccuracy),
                        \(metric.validLoss), \(metric.validAccuracy), \(metric.fullValidLoss), \(metric.fullValidAccuracy))
                ON CONFLICT (job_id, step) DO UPDATE SET
                    train_loss = coalesce(excluded.train_loss, m.train_loss),
                    train_accuracy = coalesce(excluded.train_accuracy, m.train_accuracy),
                    valid_loss = coalesce(excluded.valid_loss, m.valid_loss),
                    valid_accuracy = coalesce(excluded.valid_accuracy, m.valid_accuracy),
                    full_valid_loss = coalesce(excluded.full_valid_loss, m.full_valid_loss),
                    full_valid_accuracy = coalesce(excluded.full_valid_accuracy, m.full_valid_accuracy)
                """, isKept: true)
        }
        for checkpoint in news.checkpoints {
            try await connection.query(
                """
                INSERT INTO gleaner.tuning_checkpoints (job_id, checkpoint_id, step, model, created_at)
                VALUES (\(id.uuid), \(checkpoint.id.storable), \(Int32(clamping: checkpoint.step)),
                        \(checkpoint.model.storable), \(checkpoint.createdAt))
                ON CONFLICT DO NOTHING
                """)
        }
    }

    /// An event of ours.
    func say(
        _ id: String, _ message: String, level: String = "info", for job: ID<TuningJob>, holding running: RunningJob
    ) async throws {
        var news = TuningNews()
        news.events = [TuningEvent(id: "gleaner-\(id)", at: Date(), level: level, type: "message", message: message)]
        try await write(holding: running) { try await add(news, to: job, on: $0) }
    }

    @discardableResult
    func write<Value: Sendable>(
        holding job: RunningJob, _ body: (PostgresConnection) async throws -> Value
    ) async throws -> Value {
        try await pool.withTransaction { connection in
            try await job.queue.hold(job.lease, on: connection)
            return try await body(connection)
        }
    }
}

extension String {
    /// Without U+0000, which PostgreSQL's text cannot hold; at most 10,000 characters. Trainers may send anything.
    var storable: String { String(unicodeScalars.filter { $0 != "\0" }.prefix(10_000).map(Character.init)) }
}

extension JSONValue {
    /// The same of every string in it.
    var storable: JSONValue {
        switch self {
        case .string(let text): .string(text.storable)
        case .array(let elements): .array(elements.map(\.storable))
        case .object(let members):
            .object(Dictionary(members.map { ($0.key.storable, $0.value.storable) }) { first, _ in first })
        default: self
        }
    }
}
