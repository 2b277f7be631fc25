import AsyncPostgres
import Foundation
import GleanerCore

extension PostgresFeedbackStore {
    /// Of a conversation's exchanges the newest so many are looked through for a turn.
    private static let newest = 2000

    func exchanges(for subjects: [Subject], of project: ID<Project>) async throws -> [Subject: ID<Exchange>] {
        var found: [Subject: ID<Exchange>] = [:]
        for case .exchange(let id) in subjects { found[.exchange(id)] = id }
        let (completions, turns) = Self.sought(subjects)
        if !completions.isEmpty {
            for row in try await query(Self.completions(completions, project)) {
                found[.completion(try row.decode("completion_id"))] = ID(try row.decode("id", as: UUID.self))
            }
        }
        if !turns.isEmpty {
            for row in try await query(Self.turns(turns, project)) {
                let turn = Turn(
                    conversation: try row.decode("conversation"), place: .index(try row.decode("message_index")))
                found[.turn(turn)] = ID(try row.decode("exchange_id", as: UUID.self))
            }
        }
        return found
    }

    func conversations(
        of exchanges: [ID<Exchange>], in project: ID<Project>
    ) async throws -> [ID<Exchange>: String] {
        guard !exchanges.isEmpty else { return [:] }
        return Dictionary(
            try await query(
                """
                SELECT x.id, x.conversation
                FROM unnest(\(PostgresArray(exchanges.map(\.shard.value))), \(PostgresArray(exchanges.map(\.uuid)))) AS k (shard, id)
                JOIN gleaner.exchanges x ON x.shard = k.shard AND x.id = k.id
                WHERE x.project_id = \(project.uuid) AND x.conversation IS NOT NULL
                """
            ).map { (ID(try $0.decode("id", as: UUID.self)), try $0.decode("conversation", as: String.self)) }
        ) { first, _ in first }
    }

    func waitingTurns(of conversations: Set<String>, in project: ID<Project>) async throws -> [String: Int] {
        Dictionary(
            try await query(
                """
                SELECT conversation, count(*) AS count FROM gleaner.early_feedback
                JOIN unnest(\(PostgresArray(conversations))) AS w (conversation) USING (conversation)
                WHERE project_id = \(project.uuid) GROUP BY conversation
                """
            ).map { (try $0.decode("conversation", as: String.self), try $0.decode("count", as: Int.self)) }
        ) { first, _ in first }
    }

    /// What waits, or would, and is looked for by more than its id.
    static func sought(
        _ subjects: [Subject]
    ) -> (completions: Set<String>, turns: [(conversation: String, index: Int32)]) {
        var completions: Set<String> = []
        var turns: Set<Turn> = []
        for subject in subjects {
            switch subject {
            case .completion(let id): completions.insert(id)
            case .turn(let turn): turns.insert(turn)
            case .exchange, .conversation: break
            }
        }
        let indexed = turns.compactMap { turn -> (conversation: String, index: Int32)? in
            if case .index(let index) = turn.place { (turn.conversation, index) } else { nil }
        }
        return (completions, indexed)
    }

    private static func completions(_ ids: Set<String>, _ project: ID<Project>) -> SQL {
        """
        SELECT w.completion_id, x.id FROM unnest(\(PostgresArray(ids))) AS w (completion_id)
        CROSS JOIN LATERAL (
            SELECT id FROM gleaner.exchanges
            WHERE project_id = \(project.uuid) AND completion_id = w.completion_id ORDER BY id DESC LIMIT 1) x
        """
    }

    private static func turns(_ turns: [(conversation: String, index: Int32)], _ project: ID<Project>) -> SQL {
        """
        WITH asked AS (
            SELECT DISTINCT \(project.uuid)::uuid AS project_id, conversation
            FROM unnest(\(PostgresArray(turns.map(\.conversation)))) AS w (conversation)
        ), answers AS MATERIALIZED (
            \(sql: answers(of: "asked", earliest: .zero, count: countInAnyRow))
        )
        SELECT w.conversation, w.message_index, x.exchange_id
        FROM unnest(\(PostgresArray(turns.map(\.conversation))), \(PostgresArray(turns.map(\.index))))
          AS w (conversation, message_index)
        JOIN answers x USING (conversation, message_index)
        """
    }

    /// Rows of before have no count; their conversations are counted.
    private static let countInAnyRow: SQL = """
        coalesce(x.message_count, (
            SELECT CASE jsonb_typeof(b.messages) WHEN 'array' THEN jsonb_array_length(b.messages) END
            FROM gleaner.exchange_bodies b WHERE b.shard = x.shard AND b.id = x.id))
        """

    /// What the newest exchanges of the conversations `asked (project_id, conversation)` answered, each at its place: the
    /// newest where there are several. Nobody was shown a shadow. Each conversation is looked through once, however much
    /// is asked of it.
    static func answers(of asked: SQL, earliest: UUID, count: SQL) -> SQL {
        """
        SELECT DISTINCT ON (project_id, conversation, message_index)
               project_id, conversation, message_index, shard, exchange_id
        FROM (
            SELECT a.project_id, a.conversation, \(sql: count) AS message_index, x.shard, x.id AS exchange_id
            FROM \(sql: asked) a CROSS JOIN LATERAL (
                SELECT x.shard, x.id, x.message_count FROM gleaner.exchanges x
                WHERE x.project_id = a.project_id AND x.conversation = a.conversation AND x.id >= \(earliest)
                  AND x.source <> 'shadow'
                ORDER BY x.id DESC LIMIT \(newest)) x
        ) counted
        WHERE message_index IS NOT NULL
        ORDER BY project_id, conversation, message_index, exchange_id DESC
        """
    }
}
