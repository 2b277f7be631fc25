public import AsyncPostgres
public import Foundation
public import GleanerCore

/// Two models' answers to a line of a holdout, to be compared like any pair. Side a is the candidate's.
public struct GatePair: Sendable {
    /// Of the holdout.
    public let line: Int
    /// The line's own: by it an erasure finds the pair.
    public let exchange: ID<Exchange>
    public let messages: [JSONValue]
    /// Never shown to reviewers; results are told by them.
    public let names: (a: String, b: String)
    public let answers: (a: String, b: String)

    public init(
        line: Int, exchange: ID<Exchange>, messages: [JSONValue], names: (a: String, b: String),
        answers: (a: String, b: String)
    ) {
        self.line = line
        self.exchange = exchange
        self.messages = messages
        self.names = names
        self.answers = answers
    }
}

/// Pairs of kind `gate` in `gleaner.comparisons`.
public struct GatePairs: Sendable {
    private let pool: PostgresPool

    public init(pool: PostgresPool) { self.pool = pool }

    /// Puts pairs into the queue of reviewers; those that are there stay as they are, what was erased stays away.
    public func offer(_ pairs: [GatePair], of evaluation: UUID, in project: ID<Project>) async throws {
        for pair in pairs {
            let messages = JSONB(bytes: try JSONValue.array(pair.messages).canonicalBytes())
            try await pool.query(
                """
                INSERT INTO gleaner.comparisons
                    (id, project_id, kind, exchange_a, evaluation_id, line, messages, answer_a, answer_b, name_a, name_b,
                     position, state, created_at)
                SELECT gen_random_uuid(), \(project.uuid), 'gate', \(pair.exchange.uuid), \(evaluation),
                       \(Int32(clamping: pair.line)), \(messages), \(pair.answers.a), \(pair.answers.b), \(pair.names.a),
                       \(pair.names.b), random(), 'open', now()
                WHERE NOT EXISTS (
                    SELECT 1 FROM gleaner.erased_exchanges
                    WHERE shard = \(pair.exchange.shard.value) AND exchange_id = \(pair.exchange.uuid))
                ON CONFLICT (evaluation_id, line) WHERE evaluation_id IS NOT NULL DO NOTHING
                """)
        }
    }

    /// Lends no more of them.
    public func close(_ evaluation: UUID, in project: ID<Project>) async throws {
        try await pool.query(
            """
            UPDATE gleaner.comparisons SET state = 'skipped'
            WHERE evaluation_id = \(evaluation) AND project_id = \(project.uuid) AND state IN ('open', 'leased')
            """)
    }

    /// - Returns: by line `a`, `b` or `tie`; how many were offered, and how many of those nobody has judged or skipped.
    public func verdicts(
        of evaluation: UUID, in project: ID<Project>
    ) async throws -> (preferred: [Int: String], offered: Int, open: Int) {
        let rows = try await pool.query(
            """
            SELECT c.line, c.state IN ('open', 'leased') AS is_open, v.preferred
            FROM gleaner.comparisons c LEFT JOIN gleaner.comparison_verdicts v ON v.comparison_id = c.id
            WHERE c.evaluation_id = \(evaluation) AND c.project_id = \(project.uuid)
            """)
        var preferred: [Int: String] = [:]
        var open = 0
        for row in rows {
            if try row.decode("is_open") { open += 1 }
            if let side = try row.decodeIfPresent("preferred", as: String.self) {
                preferred[Int(try row.decode("line", as: Int32.self))] = side
            }
        }
        return (preferred, rows.count, open)
    }
}
