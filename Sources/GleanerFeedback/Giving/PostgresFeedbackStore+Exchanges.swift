import AsyncPostgres
import Foundation
import GleanerCore

extension PostgresFeedbackStore {
    func exchanges(for subjects: [Subject], of project: ID<Project>) async throws -> [Subject: ID<Exchange>] {
        var found: [Subject: ID<Exchange>] = [:]
        var completions: Set<String> = []
        var turns: Set<Turn> = []
        for subject in subjects {
            switch subject {
            case .exchange(let id): found[subject] = id
            case .completion(let id): completions.insert(id)
            case .turn(let turn): turns.insert(turn)
            case .conversation: break
            }
        }
        if !completions.isEmpty {
            for row in try await query(Self.completions(completions, project)) {
                found[.completion(try row.decode("completion_id"))] = ID(try row.decode("id", as: UUID.self))
            }
        }
        let indexed = turns.compactMap { turn -> (name: String, index: Int32)? in
            if case .index(let index) = turn.place { (turn.conversation, index) } else { nil }
        }
        if !indexed.isEmpty {
            for row in try await query(Self.turns(indexed, project)) {
                let turn = Turn(
                    conversation: try row.decode("conversation"), place: .index(try row.decode("message_index")))
                found[.turn(turn)] = ID(try row.decode("id", as: UUID.self))
            }
        }
        return found
    }

    private static func completions(_ ids: Set<String>, _ project: ID<Project>) -> SQL {
        """
        SELECT w.completion_id, x.id FROM unnest(\(PostgresArray(ids))) AS w (completion_id)
        CROSS JOIN LATERAL (
            SELECT id FROM gleaner.exchanges
            WHERE project_id = \(project.uuid) AND completion_id = w.completion_id ORDER BY id DESC LIMIT 1) x
        """
    }

    private static func turns(_ turns: [(name: String, index: Int32)], _ project: ID<Project>) -> SQL {
        """
        SELECT w.conversation, w.message_index, x.id
        FROM unnest(\(PostgresArray(turns.map(\.name))), \(PostgresArray(turns.map(\.index))))
          AS w (conversation, message_index)
        CROSS JOIN LATERAL (\(sql: answering(project: "\(project.uuid)"))) x
        """
    }

    /// The newest exchange that gave the answer at `w.message_index` of `w.conversation`. Nobody was shown a shadow.
    static func answering(project: SQL) -> SQL {
        """
        SELECT e.shard, e.id FROM gleaner.exchanges e
        JOIN gleaner.exchange_bodies b ON b.shard = e.shard AND b.id = e.id
        WHERE e.project_id = \(sql: project) AND e.conversation = w.conversation AND e.source <> 'shadow'
          AND w.message_index = CASE jsonb_typeof(b.messages) WHEN 'array' THEN jsonb_array_length(b.messages) END
        ORDER BY e.id DESC LIMIT 1
        """
    }
}
