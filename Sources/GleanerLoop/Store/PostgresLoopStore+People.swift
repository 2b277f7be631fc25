import AsyncPostgres
import Foundation
import GleanerCore
import GleanerJobs

/// What people say. A round that is under way hears of it at once.
extension PostgresLoopStore {
    /// - Returns: `false` when it was as wanted before.
    func pause(_ loop: Loop, by person: String, why: String) async throws -> Bool {
        try await pool.withTransaction { connection in
            let changed = try await connection.query(
                """
                UPDATE gleaner.loops SET paused_by = \(person), paused_at = now(), pause_note = \(why)
                WHERE id = \(loop.id.uuid) AND paused_at IS NULL
                """
            ).affected
            guard changed == 1 else { return false }
            try await Self.record(
                NewLoopEvent(kind: .pause, actor: person, why: why), loop.id, loop.name, loop.project, on: connection)
            return true
        }
    }

    func resume(_ loop: Loop, by person: String, why: String) async throws -> Bool {
        try await pool.withTransaction { connection in
            let changed = try await connection.query(
                """
                UPDATE gleaner.loops SET paused_by = NULL, paused_at = NULL, pause_note = NULL
                WHERE id = \(loop.id.uuid) AND paused_at IS NOT NULL
                """
            ).affected
            guard changed == 1 else { return false }
            try await Self.record(
                NewLoopEvent(kind: .resume, actor: person, why: why), loop.id, loop.name, loop.project, on: connection)
            let open = try await connection.query(
                "SELECT id FROM gleaner.loop_rounds WHERE loop_id = \(loop.id.uuid) AND finished_at IS NULL"
            ).first
            if let open { try await wake(ID(open.decode("id")), in: loop.project, on: connection) }
            return true
        }
    }

    /// The step that would begin next does not.
    func hold(_ round: LoopRound, by person: String, why: String) async throws {
        try await say(round) { steps, connection in
            guard !steps.contains(where: { $0.state == .holding }),
                let step = steps.first(where: { $0.state == .waiting })
            else { throw LoopError.nothingToHold }
            try await connection.query(
                """
                UPDATE gleaner.loop_steps SET state = 'holding', code = \(LoopStep.Hold.person.rawValue), reason = \(why)
                WHERE round_id = \(round.id.uuid) AND step = \(step.name.rawValue)
                """)
            return NewLoopEvent(kind: .hold, actor: person, why: why, round: round.id, step: step.name)
        }
    }

    /// What holds goes on: where it asked something, `person` has agreed.
    func goOn(_ round: LoopRound, by person: String, why: String) async throws {
        try await say(round) { steps, connection in
            guard let step = steps.first(where: { $0.state == .holding }) else { throw LoopError.nothingHolds }
            let isQuestion = step.code.flatMap(LoopStep.Hold.init(rawValue:))?.isQuestion ?? false
            // One that held before it had begun has not been tried yet.
            try await connection.query(
                """
                UPDATE gleaner.loop_steps SET state = 'waiting', code = NULL, reason = NULL,
                    attempt = attempt + CASE WHEN started_at IS NULL THEN 0 ELSE 1 END,
                    allowed_by = CASE WHEN \(isQuestion) THEN \(person) ELSE allowed_by END
                WHERE round_id = \(round.id.uuid) AND step = \(step.name.rawValue)
                """)
            return NewLoopEvent(kind: .goOn, actor: person, why: why, round: round.id, step: step.name)
        }
    }

    /// What holds is left out; so is an approval that is awaited.
    func skip(_ round: LoopRound, by person: String, why: String) async throws {
        try await say(round) { steps, connection in
            guard
                let step = steps.first(where: {
                    $0.state == .holding || ($0.name == .approve && $0.state == .running)
                })
            else { throw LoopError.nothingHolds }
            guard step.name.isSkippable else { throw LoopError.stepNotSkippable(step.name.rawValue) }
            try await connection.query(
                """
                UPDATE gleaner.loop_steps SET state = 'skipped', code = NULL, finished_at = clock_timestamp(),
                    reason = \("Left out by \(person)." + (why.isEmpty ? "" : " \(why)"))
                WHERE round_id = \(round.id.uuid) AND step = \(step.name.rawValue)
                """)
            return NewLoopEvent(kind: .skip, actor: person, why: why, round: round.id, step: step.name)
        }
    }

    /// The round's job carries it out.
    func cancel(_ round: LoopRound, by person: String, why: String) async throws {
        try await say(round) { _, connection in
            try await connection.query(
                """
                UPDATE gleaner.loop_rounds SET cancel_by = coalesce(cancel_by, \(person)),
                    cancel_at = coalesce(cancel_at, clock_timestamp())
                WHERE id = \(round.id.uuid)
                """)
            return NewLoopEvent(kind: .cancel, actor: person, why: why, round: round.id)
        }
    }

    /// - Throws: `LoopError.roundOver`; whatever `body` throws.
    private func say(
        _ round: LoopRound, _ body: ([LoopStep], PostgresConnection) async throws -> NewLoopEvent
    ) async throws {
        try await pool.withTransaction { connection in
            // The lock first, then the steps: a run that was writing has written.
            try await connection.query("SELECT 1 FROM gleaner.loop_rounds WHERE id = \(round.id.uuid) FOR UPDATE")
            let current = try await connection.query(
                "\(sql: Self.rounds) WHERE r.id = \(round.id.uuid)"
            ).first.map(Self.round)
            guard let current else { throw LoopError.roundUnknown(round.id.description) }
            guard current.state == .running else { throw LoopError.roundOver(current.state.rawValue) }
            try await record(try await body(current.steps, connection), current, on: connection)
            try await wake(round.id, in: round.project, on: connection)
        }
    }

    private func wake(
        _ round: ID<LoopRound>, in project: ID<Project>, on connection: PostgresConnection
    ) async throws {
        try await queue.wake(.loop, project: project, idempotencyKey: round.description, on: connection)
    }
}
