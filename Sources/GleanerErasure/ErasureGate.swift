public import AsyncPostgres
import Foundation
public import GleanerCore
import Synchronization

/// What everybody passes who stores exchanges: nothing that was erased comes back, from a journal, a file or a client.
///
/// Whoever stores holds a lock that a new tombstone waits for. So what was stored without knowing of it is there to be
/// erased, and what is stored afterwards knows.
public struct ErasureGate: Sendable {
    private let pool: PostgresPool
    private let key = KeptKey()

    public init(pool: PostgresPool) { self.pool = pool }

    /// Runs `body`, which stores `exchanges` except those it is handed.
    public func passing<Value: Sendable>(
        _ exchanges: [HeldExchange], _ body: (Set<ID<Exchange>>) async throws -> Value
    ) async throws -> Value {
        try await pool.withTransaction { connection in
            // One round trip for the lock and the question; mostly nothing was ever erased, and no more is asked.
            let held = try await connection.query("SELECT gleaner.hold_erasures() AS any", isKept: true)
            guard try held[0].decode("any", as: Bool.self) else { return try await body([]) }
            return try await body(try await erased(among: exchanges, on: connection))
        }
    }

    /// The same without holding anything: what is erased from now on is not among it.
    public func erased(among exchanges: [HeldExchange]) async throws -> Set<ID<Exchange>> {
        try await pool.withConnection { connection in
            let any = try await connection.query(
                "SELECT EXISTS (SELECT 1 FROM gleaner.erasures WHERE erased_before IS NOT NULL) AS any", isKept: true)
            guard try any[0].decode("any", as: Bool.self) else { return [] }
            return try await erased(among: exchanges, on: connection)
        }
    }

    private func erased(
        among exchanges: [HeldExchange], on connection: PostgresConnection
    ) async throws -> Set<ID<Exchange>> {
        guard !exchanges.isEmpty else { return [] }
        let hash = SubjectHash(key: try await secret())
        let rows = try await connection.query(
            """
            SELECT k.id FROM unnest(
                \(PostgresArray(exchanges.map(\.id.uuid))), \(PostgresArray(exchanges.map(\.id.shard.value))),
                \(PostgresArray(exchanges.map { $0.shadowOf?.uuid })),
                \(PostgresArray(exchanges.map { $0.shadowOf?.shard.value })),
                \(PostgresArray(exchanges.map(\.project.uuid))),
                \(PostgresArray(exchanges.map { exchange in
                    exchange.endUser.map { hash(.endUser, $0, in: exchange.project) }
                })),
                \(PostgresArray(exchanges.map { exchange in
                    exchange.conversation.map { hash(.conversation, $0, in: exchange.project) }
                })),
                \(PostgresArray(exchanges.map(\.receivedAt))))
                AS k (id, shard, shadow_of, shadow_shard, project_id, end_user, conversation, received_at)
            WHERE EXISTS (SELECT 1 FROM gleaner.erased_exchanges t WHERE t.shard = k.shard AND t.exchange_id = k.id)
               OR EXISTS (SELECT 1 FROM gleaner.erased_exchanges t
                          WHERE t.shard = k.shadow_shard AND t.exchange_id = k.shadow_of)
               OR EXISTS (SELECT 1 FROM gleaner.erasures e
                          WHERE e.project_id = k.project_id AND e.subject_hash IN (k.end_user, k.conversation)
                            AND e.erased_before IS NOT NULL AND (e.forbid OR k.received_at <= e.erased_before))
            """)
        return Set(try rows.map { ID<Exchange>(try $0.decode("id", as: UUID.self)) })
    }

    private func secret() async throws -> [UInt8] {
        if let known = key.value.withLock({ $0 }) { return known }
        let read = try await ErasureStore(pool: pool).key()
        key.value.withLock { $0 = read }
        return read
    }

    private final class KeptKey: Sendable {
        let value = Mutex<[UInt8]?>(nil)
    }
}
