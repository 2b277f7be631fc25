import AsyncPostgres
import Foundation
import GleanerCore

/// Exchanges in `gleaner.exchanges`, `gleaner.exchange_bodies` and `gleaner.attempts`.
///
/// A small batch, or one of which a part is there already, is one statement, with one array a column: a few long binary
/// parameters instead of thousands of short ones (docs/adr/0005). A large one is copied.
struct PostgresExchangeStore: ExchangeStore {
    let pool: PostgresPool

    /// Above this a batch is tried again in smaller parts (`DrainPace`).
    private static let deadline = Duration.seconds(15)

    func store(_ batch: ExchangeBatch) async throws -> Set<ID<Exchange>> {
        let exchanges = batch.exchanges
        if let rows = batch.rows, try await copy(rows) { return [] }
        let statement = try ExchangeInsert(exchanges).statement
        return try await pool.withConnection { connection in
            let inserted = try await connection.query(statement, timeout: Self.deadline, isKept: true)
            // What is there already is rare: a repetition after a crash, or an id used twice.
            if inserted.count == exchanges.count { return [] }
            let new = try inserted.map { ID<Exchange>(try $0.decode("id", as: UUID.self)) }
            return try await conflicts(among: exchanges.map(\.exchange), inserted: Set(new), on: connection)
        }
    }

    /// - Returns: `false` when nothing was stored, and another way may do: some are there already, or this role may not
    ///   copy (tables with row-level security).
    private func copy(_ rows: ExchangeCopy) async throws -> Bool {
        do {
            try await pool.withConnection { connection in
                try await connection.transaction { try await rows.run(on: connection, timeout: Self.deadline) }
            }
            return true
        } catch let error as PostgresError where ["23505", "0A000"].contains(error.sqlState) {
            return false
        }
    }

    /// Of the exchanges that were there already, those whose hashes or time differ: another exchange with their id.
    private func conflicts(
        among exchanges: [JournaledExchange], inserted: Set<ID<Exchange>>, on connection: PostgresConnection
    ) async throws -> Set<ID<Exchange>> {
        let known = exchanges.filter { !inserted.contains($0.intent.id) }
        guard !known.isEmpty else { return [] }
        let same = try await connection.query(
            """
            SELECT e.id FROM gleaner.exchanges e
            JOIN unnest(\(PostgresArray(known.map(\.intent.id.shard.value))), \(PostgresArray(known.map(\.intent.id.uuid))),
                        \(PostgresArray(known.map(\.intent.project.uuid))), \(PostgresArray(known.map(\.intent.requestHash))),
                        \(PostgresArray(known.map { $0.outcome.responseHash })), \(PostgresArray(known.map { Date(microsecondsSince1970: $0.intent.receivedAt.microsecondsSince1970) })))
                 AS k (shard, id, project_id, request_sha256, response_sha256, received_at)
              ON e.shard = k.shard AND e.id = k.id AND e.project_id = k.project_id
             AND e.request_sha256 = k.request_sha256
             AND e.response_sha256 IS NOT DISTINCT FROM k.response_sha256
             AND e.received_at = k.received_at
            """
        ).map { ID<Exchange>(try $0.decode("id", as: UUID.self)) }
        return Set(known.map(\.intent.id)).subtracting(same)
    }

    func quarantine(_ exchange: JournaledExchange, reason: String, sqlState: String?) async throws {
        let envelope = Array(
            """
            endpoint=\(exchange.intent.endpoint)
            status=\(exchange.outcome.status.rawValue)
            reason=\(exchange.outcome.reason ?? "")
            model=\(exchange.intent.requestedModel ?? "")
            received_at=\(exchange.intent.receivedAt.timeIntervalSince1970)
            """.utf8)
        // The same exchange may come again after a crash: its own id is the key, so it is kept once.
        try await pool.query(
            """
            INSERT INTO gleaner.quarantine
                (id, project_id, exchange_id, sqlstate, reason, envelope, request, response, created_at, end_user,
                 conversation)
            VALUES (\(exchange.intent.id.uuid), \(exchange.intent.project.uuid), \(exchange.intent.id.uuid), \(sqlState),
                    \(reason), \(envelope), \(exchange.request), \(exchange.response), \(exchange.intent.receivedAt),
                    \(exchange.intent.endUser.map { Array($0.utf8) }),
                    \(exchange.intent.conversation.map { Array($0.utf8) }))
            ON CONFLICT (id) DO NOTHING
            """)
    }

    func makeRoom(for exchanges: [ProjectedExchange]) async throws {
        // What is logged afterwards may lie years apart.
        for (first, last) in exchanges.map(\.exchange.intent.id.timestamp).spansByWeek {
            for table in ["exchanges", "exchange_bodies", "attempts"] {
                try await pool.query("SELECT gleaner.ensure_partitions(\(table), \(first), \(last))")
            }
        }
    }
}
