import AsyncPostgres
import Foundation
import GleanerCore

/// A decision on its way into the table.
struct NewDecision: Sendable {
    let id = ID<Decision>.new()
    var kind: Decision.Kind
    var actor = "gleaner"
    var why: String
    var evidence: JSONValue = .object([:])
    /// `nil` for one that changes no route.
    var weights: [String: Double]?
}

extension PostgresCanaryStore {
    /// Stores a canary whose first step is still to be put in force, and that decision.
    /// - Throws: `EvaluationError.canaryRunning`.
    func add(_ canary: Canary, _ decision: NewDecision) async throws {
        try await pool.withTransaction { connection in
            let added = try await connection.query(
                """
                INSERT INTO gleaner.canaries
                    (id, project_id, route, candidate, incumbent, plan, evaluation_id, state, step, step_since, step_version,
                     original, expected, reason, pending, seen_until, author, created_at)
                VALUES (\(canary.id.uuid), \(canary.project.uuid), \(canary.route), \(canary.candidate), \(canary.incumbent),
                        \(JSONB(bytes: try StoredJSON.bytes(canary.plan))), \(canary.evaluation?.uuid), 'running', 0,
                        \(canary.stepSince), \(canary.stepVersion), \(JSONB(bytes: try StoredJSON.bytes(canary.original))),
                        \(JSONB(bytes: try StoredJSON.bytes(canary.expected))), 'gathering', \(decision.id.uuid),
                        \(canary.stepSince), \(canary.author), now())
                ON CONFLICT DO NOTHING
                """)
            guard added.affected == 1 else { throw EvaluationError.canaryRunning(route: canary.route) }
            try await Self.insert(decision, canary, state: .pending, on: connection)
        }
    }

    /// Writes what is about to be done to the route, before it is done.
    ///
    /// - Parameter byPerson: a person may over a pin.
    /// - Returns: `false` when somebody else decided meanwhile, or a person pinned it: nothing was written.
    func intend(_ decision: NewDecision, over canary: Canary, byPerson: Bool) async throws -> Bool {
        try await pool.withTransaction { connection in
            let taken = try await connection.query(
                """
                UPDATE gleaner.canaries SET pending = \(decision.id.uuid)
                WHERE id = \(canary.id.uuid) AND state = 'running' AND pending IS NULL AND step = \(Int32(canary.step))
                  AND step_version = \(canary.stepVersion) AND (\(byPerson) OR pinned_at IS NULL)
                """)
            guard taken.affected == 1 else { return false }
            try await Self.insert(decision, canary, state: .pending, on: connection)
            return true
        }
    }

    /// Writes something that changes no route, and why the canary stands where it stands; once for each reason.
    func note(
        _ decision: NewDecision, over canary: Canary, reason: CanaryReason, state: Canary.State = .running
    ) async throws {
        try await pool.withTransaction { connection in
            let changed = try await connection.query(
                """
                UPDATE gleaner.canaries SET reason = \(reason.rawValue), state = \(state.rawValue),
                    finished_at = CASE WHEN \(state.rawValue) <> 'running' THEN now() END
                WHERE id = \(canary.id.uuid) AND state = 'running' AND pending IS NULL AND reason <> \(reason.rawValue)
                """)
            guard changed.affected == 1 else { return }
            try await Self.insert(decision, canary, state: .applied, on: connection)
        }
    }

    /// Back to gathering, without a word: nothing was decided.
    func gathering(_ canary: Canary) async throws {
        try await pool.query(
            """
            UPDATE gleaner.canaries SET reason = 'gathering'
            WHERE id = \(canary.id.uuid) AND state = 'running' AND pending IS NULL AND reason <> 'gathering'
            """)
    }

    static func insert(
        _ decision: NewDecision, _ canary: Canary, state: Decision.State, on connection: PostgresConnection
    ) async throws {
        let weights = try decision.weights.map { JSONB(bytes: try StoredJSON.bytes($0)) }
        try await connection.query(
            """
            INSERT INTO gleaner.decisions
                (id, project_id, canary_id, evaluation_id, kind, step, actor, why, evidence, weights, state, created_at, settled_at)
            VALUES (\(decision.id.uuid), \(canary.project.uuid), \(canary.id.uuid), \(canary.evaluation?.uuid),
                    \(decision.kind.rawValue), \(Int32(canary.step)), \(decision.actor), \(decision.why),
                    \(JSONB(bytes: try decision.evidence.canonicalBytes())), \(weights), \(state.rawValue), now(),
                    CASE WHEN \(state.rawValue) <> 'pending' THEN now() END)
            """)
    }

    // MARK: Pins

    /// - Returns: `false` when it is over.
    func pin(_ canary: Canary, _ decision: NewDecision, note: String) async throws -> Bool {
        try await pool.withTransaction { connection in
            // What was written down and not yet done is not done any more: a person was first.
            let row = try await connection.query(
                "SELECT pending, state FROM gleaner.canaries WHERE id = \(canary.id.uuid) FOR UPDATE"
            ).first
            guard let row, try row.decode("state", as: String.self) == "running" else { return false }
            if let pending = try row.decodeIfPresent("pending", as: UUID.self) {
                try await connection.query(
                    "UPDATE gleaner.decisions SET state = 'void', settled_at = now() WHERE id = \(pending) AND state = 'pending'"
                )
            }
            try await connection.query(
                """
                UPDATE gleaner.canaries SET pinned_by = \(decision.actor), pinned_at = now(), pin_note = \(note),
                    pending = NULL, reason = 'pinned' WHERE id = \(canary.id.uuid)
                """)
            try await Self.insert(decision, canary, state: .applied, on: connection)
            return true
        }
    }

    /// Takes the pin off, and the route as it is: whatever a person made of it is where the canary goes on from.
    func unpin(
        _ canary: Canary, _ decision: NewDecision, step: Int, expected: Route, version: Int64, at now: Date
    ) async throws -> Bool {
        try await pool.withTransaction { connection in
            let changed = try await connection.query(
                """
                UPDATE gleaner.canaries SET pinned_by = NULL, pinned_at = NULL, pin_note = NULL, reason = 'gathering',
                    step = \(Int32(step)), step_since = \(now), seen_until = \(now), step_version = \(version),
                    expected = \(JSONB(bytes: try StoredJSON.bytes(expected)))
                WHERE id = \(canary.id.uuid) AND state = 'running' AND pending IS NULL
                """)
            guard changed.affected == 1 else { return false }
            // The step begins anew: users of before met another share.
            try await connection.query(
                "DELETE FROM gleaner.canary_units WHERE canary_id = \(canary.id.uuid) AND step >= \(Int32(step))")
            try await connection.query(
                "DELETE FROM gleaner.canary_points WHERE canary_id = \(canary.id.uuid) AND step >= \(Int32(step))")
            try await Self.insert(decision, canary, state: .applied, on: connection)
            return true
        }
    }
}
