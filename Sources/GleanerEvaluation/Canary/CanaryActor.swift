import AsyncPostgres
import Foundation
import GleanerCore
import Logging

/// Carries decisions out on the route: each once, whatever dies in between.
///
/// A decision is stored as pending first. The edit of the route carries its id as a note, and names the version that it
/// expects, so that of two that carry it out one finds that it is done, and a person's edit in between is seen. Then the
/// decision is settled. What died before it was settled is taken up at the next look.
struct CanaryActor: Sendable {
    let store: PostgresCanaryStore
    let routes: any RouteWeights
    let now: @Sendable () -> Date

    static func note(_ decision: ID<Decision>, _ canary: ID<Canary>) -> String {
        "canary \(canary): decision \(decision)"
    }

    enum Outcome: Sendable, Equatable {
        case applied(version: Int64)
        /// A person edited the route, or pinned the canary, first.
        case void
        /// Somebody else carried it out, or did away with it.
        case settled
    }

    @discardableResult
    func carryOut(_ id: ID<Decision>, of canary: ID<Canary>, in project: ID<Project>) async throws -> Outcome {
        // The row is held while the route is edited, so that a pin comes before or after, never in between.
        try await store.pool.withTransaction { connection in
            let locked = try await connection.query(
                "SELECT pending FROM gleaner.canaries WHERE id = \(canary.uuid) AND state = 'running' FOR UPDATE"
            ).first
            guard let locked, try locked.decodeIfPresent("pending", as: UUID.self) == id.uuid,
                let current = try await store.canary(canary, of: project), let decision = try await store.decision(id),
                let weights = decision.weights
            else { return .settled }
            let after = current.expected.with(weights)
            guard let version = try await edit(current, decision, weights) else {
                try await void(current, decision, on: connection)
                return .void
            }
            try await settle(current, decision, after, version, on: connection)
            return .applied(version: version)
        }
    }

    /// - Returns: the version that holds the decision's weights; `nil` when a person edited the route first.
    private func edit(_ canary: Canary, _ decision: Decision, _ weights: [String: Double]) async throws -> Int64? {
        let note = Self.note(decision.id, canary.id)
        // Others edit other routes meanwhile; each time the route itself is looked at again.
        for _ in 0..<20 {
            if let done = try await routes.edits(since: canary.stepVersion, in: canary.project).first(where: {
                $0.note == note
            }) {
                return done.version
            }
            guard let (route, version) = try await routes.route(canary.route, in: canary.project),
                route == canary.expected
            else { return nil }
            if let made = try await routes.set(
                weights, of: canary.route, in: canary.project, note: note, expected: version)
            {
                return made
            }
        }
        throw EvaluationError.routeEdited(route: canary.route)
    }

    private func void(_ canary: Canary, _ decision: Decision, on connection: PostgresConnection) async throws {
        try await connection.query(
            "UPDATE gleaner.decisions SET state = 'void', settled_at = now() WHERE id = \(decision.id.uuid) AND state = 'pending'"
        )
        try await connection.query("UPDATE gleaner.canaries SET pending = NULL WHERE id = \(canary.id.uuid)")
    }

    private func settle(
        _ canary: Canary, _ decision: Decision, _ route: Route, _ version: Int64, on connection: PostgresConnection
    ) async throws {
        let (state, step, reason): (Canary.State, Int, CanaryReason) =
            switch decision.kind {
            case .promote: (.promoted, canary.step, .promoted)
            case .rollBack: (.rolledBack, canary.step, .rolledBack)
            case .advance: (.running, canary.step + 1, .gathering)
            default: (.running, canary.step, .gathering)
            }
        let now = now()
        try await connection.query(
            """
            UPDATE gleaner.decisions SET state = 'applied', settled_at = now(), routes_version = \(version)
            WHERE id = \(decision.id.uuid) AND state = 'pending'
            """)
        try await connection.query(
            """
            UPDATE gleaner.canaries SET pending = NULL, state = \(state.rawValue), step = \(Int32(step)),
                step_since = \(now), seen_until = \(now), step_version = \(version), reason = \(reason.rawValue),
                expected = \(JSONB(bytes: try StoredJSON.bytes(route))),
                finished_at = CASE WHEN \(state.rawValue) <> 'running' THEN now() END
            WHERE id = \(canary.id.uuid)
            """)
    }
}
