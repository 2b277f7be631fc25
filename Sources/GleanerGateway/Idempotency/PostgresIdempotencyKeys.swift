public import AsyncPostgres
import Foundation
public import GleanerCore

/// Keys in `gleaner.idempotency_keys`, so that every instance knows them; the answers are the exchanges' own.
public struct PostgresIdempotencyKeys: IdempotencyKeys {
    /// An exchange that has not landed after this long died with its journal; its key may be taken over.
    static let patience = Duration.seconds(900)
    private static let timeout = Duration.seconds(5)

    let pool: PostgresPool

    public init(pool: PostgresPool) { self.pool = pool }

    public func claim(_ key: IdempotencyKey, for exchange: ID<Exchange>) async throws -> IdempotencyClaim {
        let inserted = try await pool.query(
            """
            INSERT INTO gleaner.idempotency_keys
                (project_id, api_key_id, key_sha256, request_sha256, exchange_shard, exchange_id, claimed_at)
            VALUES (\(key.project.uuid), \(key.key.uuid), \(key.sha256), \(key.requestHash), \(exchange.shard.value),
                    \(exchange.uuid), now())
            ON CONFLICT (project_id, api_key_id, key_sha256) DO NOTHING
            """, timeout: Self.timeout)
        if inserted.affected == 1 { return .granted }
        guard let earlier = try await find(key) else { return .running }
        guard earlier.requestHash == key.requestHash else { return .otherRequest }
        switch earlier.state {
        case .answered: return try await answer(of: earlier.exchange).map { .answered($0) } ?? .running
        case .running: return .running
        case .failed: return try await takeOver(key, from: earlier.exchange, for: exchange) ? .granted : .running
        }
    }

    public func release(_ key: IdempotencyKey, of exchange: ID<Exchange>) async {
        // Should it fail, the key says `running` until `patience` is over.
        _ = try? await pool.query(
            """
            DELETE FROM gleaner.idempotency_keys
            WHERE project_id = \(key.project.uuid) AND api_key_id = \(key.key.uuid) AND key_sha256 = \(key.sha256)
              AND exchange_id = \(exchange.uuid)
            """, timeout: Self.timeout)
    }

    /// Forgets keys older than 24 hours.
    public func expire() async throws {
        try await pool.query("DELETE FROM gleaner.idempotency_keys WHERE claimed_at < now() - interval '24 hours'")
    }

    // MARK: An earlier claim

    private enum State { case answered, running, failed }
    private struct Earlier {
        let exchange: ID<Exchange>
        let requestHash: [UInt8]
        let state: State
    }

    private func find(_ key: IdempotencyKey) async throws -> Earlier? {
        let patience = Double(Self.patience.components.seconds)
        let rows = try await pool.query(
            """
            SELECT k.exchange_id, k.request_sha256, e.status, e.http_status,
                   e.reason IS NOT NULL OR e.redaction LIKE 'stored:%' AS is_other,
                   k.claimed_at < now() - make_interval(secs => \(patience)) AS is_stale
            FROM gleaner.idempotency_keys k
            LEFT JOIN gleaner.exchanges e ON e.shard = k.exchange_shard AND e.id = k.exchange_id
            WHERE k.project_id = \(key.project.uuid) AND k.api_key_id = \(key.key.uuid) AND k.key_sha256 = \(key.sha256)
            """, timeout: Self.timeout)
        guard let row = rows.first else { return nil }
        let status = try row.decodeIfPresent("status", as: String.self)
        let httpStatus = try row.decodeIfPresent("http_status", as: Int.self)
        // What is stored is not what the client got: it was not shown, or has been redacted since.
        let isOther = try row.decodeIfPresent("is_other", as: Bool.self) ?? false
        let state: State =
            switch status {
            case nil: try row.decode("is_stale") ? .failed : .running
            // An answer that says "not now" is none to be repeated for a day.
            case ExchangeStatus.completed.rawValue: Self.isFinal(httpStatus ?? 500) && !isOther ? .answered : .failed
            default: .failed
            }
        return Earlier(
            exchange: ID(try row.decode("exchange_id", as: UUID.self)), requestHash: try row.decode("request_sha256"),
            state: state)
    }

    static func isFinal(_ httpStatus: Int) -> Bool { httpStatus < 500 && ![408, 409, 425, 429].contains(httpStatus) }

    private func takeOver(
        _ key: IdempotencyKey, from earlier: ID<Exchange>, for exchange: ID<Exchange>
    ) async throws -> Bool {
        try await pool.query(
            """
            UPDATE gleaner.idempotency_keys
            SET exchange_shard = \(exchange.shard.value), exchange_id = \(exchange.uuid), claimed_at = now()
            WHERE project_id = \(key.project.uuid) AND api_key_id = \(key.key.uuid) AND key_sha256 = \(key.sha256)
              AND exchange_id = \(earlier.uuid)
            """, timeout: Self.timeout
        ).affected == 1
    }

    private func answer(of exchange: ID<Exchange>) async throws -> KeptAnswer? {
        let rows = try await pool.query(
            """
            SELECT e.http_status, b.response_headers, b.response
            FROM gleaner.exchanges e JOIN gleaner.exchange_bodies b ON b.shard = e.shard AND b.id = e.id
            WHERE e.shard = \(exchange.shard.value) AND e.id = \(exchange.uuid)
            """, timeout: Self.timeout)
        guard let row = rows.first, let status = try row.decodeIfPresent("http_status", as: Int.self) else {
            return nil
        }
        let headers = try row.decodeIfPresent("response_headers", as: JSONB.self).map {
            try JSONDecoder().decode([String: String].self, from: Data($0.bytes))
        }
        return KeptAnswer(
            exchange: exchange, httpStatus: status, headers: headers ?? [:], body: try row.decode("response"))
    }
}
