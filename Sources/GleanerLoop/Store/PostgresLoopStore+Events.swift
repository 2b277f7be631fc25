import AsyncPostgres
import Foundation
import GleanerCore

extension PostgresLoopStore {
    /// What a person decided stands among what people did as well.
    static func record(
        _ event: NewLoopEvent, _ loop: ID<Loop>, _ name: String, _ project: ID<Project>,
        on connection: PostgresConnection
    ) async throws {
        try await connection.query(
            """
            INSERT INTO gleaner.loop_events (id, project_id, loop_id, round_id, step, kind, actor, why, at)
            VALUES (\(ID<LoopEvent>.new().uuid), \(project.uuid), \(loop.uuid), \(event.round?.uuid),
                    \(event.step?.rawValue), \(event.kind.rawValue), \(event.actor), \(event.why), clock_timestamp())
            """)
        guard event.actor != LoopEvent.itself else { return }
        var details: [String: JSONValue] = ["why": .string(event.why)]
        details["round"] = event.round.map { .string($0.description) }
        details["step"] = event.step.map { .string($0.rawValue) }
        try await connection.query(
            """
            INSERT INTO gleaner.audit_events (id, project_id, actor, action, subject, details, at)
            VALUES (\(ID<LoopEvent>.new().uuid), \(project.uuid), \(event.actor), \("loop.\(event.kind.rawValue)"), \(name),
                    \(JSONB(bytes: try JSONValue.object(details).canonicalBytes())), now())
            """)
    }

    func record(_ event: NewLoopEvent, _ round: LoopRound, on connection: PostgresConnection) async throws {
        try await Self.record(event, round.loop, round.loopName, round.project, on: connection)
    }

    /// Newest first.
    /// - Parameter round: `nil` for all of the loop.
    func events(of loop: ID<Loop>, round: ID<LoopRound>?, limit: Int) async throws -> [LoopEvent] {
        try await pool.query(
            """
            SELECT * FROM gleaner.loop_events WHERE loop_id = \(loop.uuid)
              AND (\(round?.uuid)::uuid IS NULL OR round_id = \(round?.uuid)) ORDER BY id DESC LIMIT \(limit)
            """
        ).map { row in
            LoopEvent(
                id: ID(try row.decode("id")), round: try row.decodeIfPresent("round_id").map { ID($0) },
                step: try row.decodeIfPresent("step").flatMap(LoopStep.Name.init(rawValue:)),
                // The table's check knows the same words.
                kind: LoopEvent.Kind(rawValue: try row.decode("kind")) ?? .end, actor: try row.decode("actor"),
                why: try row.decode("why"), at: try row.decode("at"))
        }
    }
}
