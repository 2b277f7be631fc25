import AsyncPostgres
import Foundation
import GleanerCore
import GleanerJobs

/// What a run writes: as part of a transaction in which it still holds the job, and only over what nobody else has
/// changed meanwhile. A person's word that came first stands; the run reads it and goes by it.
extension PostgresLoopStore {
    func begin(_ name: LoopStep.Name, of round: LoopRound, holding job: RunningJob) async throws {
        try await write(round, job) { connection in
            let begun = try await connection.query(
                """
                UPDATE gleaner.loop_steps SET state = 'running', started_at = coalesce(started_at, clock_timestamp()),
                    code = NULL, reason = NULL
                WHERE round_id = \(round.id.uuid) AND step = \(name.rawValue) AND state = 'waiting'
                """
            ).affected
            guard begun == 1 else { return }
            try await record(
                NewLoopEvent(kind: .begin, why: "The step \(name.rawValue) begins.", round: round.id, step: name),
                round,
                on: connection)
        }
    }

    func note(
        _ outcome: StepOutcome, _ name: LoopStep.Name, of round: LoopRound, holding job: RunningJob
    ) async throws {
        let row = StepRow(outcome)
        let figures = JSONB(bytes: try JSONValue.object(row.figures).canonicalBytes())
        try await write(round, job) { connection in
            let changed = try await connection.query(
                """
                UPDATE gleaner.loop_steps SET
                    state = \(row.state.rawValue), code = \(row.code), reason = \(row.reason),
                    made = coalesce(\(row.made), made), key = coalesce(\(row.asking?.key), key),
                    usd = CASE WHEN \(row.asking != nil) THEN \(row.asking?.usd) ELSE usd END,
                    figures = figures || \(figures),
                    allowed_by = CASE WHEN \(row.state == .holding) THEN NULL ELSE allowed_by END,
                    started_at = coalesce(started_at, clock_timestamp()),
                    finished_at = CASE WHEN \(row.state.isEnd) THEN clock_timestamp() END
                WHERE round_id = \(round.id.uuid) AND step = \(name.rawValue) AND state IN ('waiting', 'running')
                  AND (state, reason, made, key) IS DISTINCT FROM
                      (\(row.state.rawValue), \(row.reason), coalesce(\(row.made), made), coalesce(\(row.asking?.key), key))
                """
            ).affected
            guard changed == 1, let kind = row.event else { return }
            try await record(
                NewLoopEvent(kind: kind, why: row.reason ?? "", round: round.id, step: name), round, on: connection)
        }
    }

    /// Ends a round, and with it what had not begun or was awaited.
    func end(
        _ round: LoopRound, _ state: LoopRound.State, why: String, by actor: String, holding job: RunningJob
    ) async throws {
        try await write(round, job) { connection in
            let ended = try await connection.query(
                """
                UPDATE gleaner.loop_rounds SET state = \(state.rawValue), reason = \(why), finished_at = clock_timestamp()
                WHERE id = \(round.id.uuid) AND state = 'running'
                """
            ).affected
            guard ended == 1 else { return }
            let rest = state == .cancelled ? LoopStep.State.cancelled : .skipped
            try await connection.query(
                """
                UPDATE gleaner.loop_steps SET state = \(rest.rawValue), finished_at = clock_timestamp(),
                    reason = coalesce(reason, 'The round ended before.')
                WHERE round_id = \(round.id.uuid) AND finished_at IS NULL
                """)
            try await record(
                NewLoopEvent(kind: .end, actor: actor, why: why, round: round.id), round, on: connection)
        }
    }

    private func write(
        _ round: LoopRound, _ job: RunningJob, _ body: (PostgresConnection) async throws -> Void
    ) async throws {
        try await pool.withTransaction { connection in
            try await job.queue.hold(job.lease, on: connection)
            try await connection.query("SELECT 1 FROM gleaner.loop_rounds WHERE id = \(round.id.uuid) FOR UPDATE")
            try await body(connection)
        }
    }
}

/// What an outcome is in the table.
private struct StepRow {
    var state: LoopStep.State
    var code: String?
    var reason: String?
    var made: String?
    var asking: StepOutcome.Asking?
    var figures: [String: JSONValue] = [:]
    var event: LoopEvent.Kind?

    init(_ outcome: StepOutcome) {
        switch outcome {
        case .done(let words, let made, let figures):
            (state, reason, self.made, self.figures, event) = (.done, words, made, figures, .done)
        case .skipped(let words): (state, reason, event) = (.skipped, words, .skip)
        case .waits(let words, let made): (state, reason, self.made) = (.running, words, made)
        case .holds(let hold, let words, let asking, let made, let figures):
            (state, code, reason, event) = (.holding, hold.rawValue, words, .hold)
            (self.asking, self.made, self.figures) = (asking, made, figures)
        case .intends(let asking): (state, reason, self.asking) = (.running, "About to be asked for.", asking)
        case .failed(let words, let made): (state, reason, self.made, event) = (.failed, words, made, .fail)
        }
        // Others' words are bytes from outside.
        reason = reason.map { String($0.unicodeScalars.filter { $0 != "\0" }.prefix(2000).map(Character.init)) }
    }
}
