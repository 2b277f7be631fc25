public import AsyncPostgres
import Foundation
public import GleanerCore

/// Reads single exchanges, whole.
public struct ExchangeReader: Sendable {
    /// One exchange with what was read from its bytes.
    public struct Whole: Codable, Sendable {
        public let exchange: ExchangeSummary
        /// `nil` when the bytes are no JSON that can be held; the note says why.
        public let messages: JSONValue?
        public let answer: JSONValue?
        public let projectionNote: String?
        public let attempts: [Attempt]

        enum CodingKeys: String, CodingKey {
            case exchange, messages, answer, attempts
            case projectionNote = "projection_note"
        }
    }

    /// One try at a provider; the last one is what the client got.
    public struct Attempt: Codable, Sendable {
        public let number: Int
        public let provider: String
        public let variant: String?
        public let model: String?
        /// Since the exchange arrived.
        public let startedAfterMS: Double
        public let durationMS: Double
        public let httpStatus: Int?
        public let reason: String?

        enum CodingKeys: String, CodingKey {
            case number, provider, variant, model, reason
            case startedAfterMS = "started_after_ms"
            case durationMS = "duration_ms"
            case httpStatus = "http_status"
        }
    }

    /// The two halves of an exchange, as they were on the wire.
    public enum Half: String, Sendable, CaseIterable {
        case request, response
    }

    private let pool: PostgresPool

    public init(pool: PostgresPool) { self.pool = pool }

    /// `nil` when the project has no such exchange.
    public func find(_ id: ID<Exchange>, of project: ID<Project>) async throws -> Whole? {
        let rows = try await pool.query(
            """
            SELECT \(raw: ExchangeSummary.columns), b.messages, b.answer, b.projection_note
            FROM gleaner.exchanges e
            LEFT JOIN gleaner.exchange_bodies b ON b.shard = e.shard AND b.id = e.id
            WHERE e.shard = \(id.shard.value) AND e.id = \(id.uuid) AND e.project_id = \(project.uuid)
            """)
        guard let row = rows.first else { return nil }
        return Whole(
            exchange: try ExchangeSummary(row), messages: try row.json("messages"), answer: try row.json("answer"),
            projectionNote: try row.decodeIfPresent("projection_note"), attempts: try await attempts(of: id))
    }

    /// The exact bytes of one half; `nil` when the project has no such exchange, or its bodies are gone.
    public func bytes(_ half: Half, of id: ID<Exchange>, of project: ID<Project>) async throws -> [UInt8]? {
        try await pool.query(
            """
            SELECT b.\(identifier: half.rawValue) AS bytes FROM gleaner.exchange_bodies b
            WHERE b.shard = \(id.shard.value) AND b.id = \(id.uuid) AND b.project_id = \(project.uuid)
            """
        ).first?.decode("bytes", as: [UInt8].self)
    }

    private func attempts(of id: ID<Exchange>) async throws -> [Attempt] {
        try await pool.query(
            """
            SELECT number, provider, variant, model, started_after_ms, duration_ms, http_status, reason
            FROM gleaner.attempts WHERE shard = \(id.shard.value) AND exchange_id = \(id.uuid) ORDER BY number
            """
        ).map { row in
            Attempt(
                number: try row.decode("number"), provider: try row.decode("provider"),
                variant: try row.decodeIfPresent("variant"), model: try row.decodeIfPresent("model"),
                startedAfterMS: try row.decode("started_after_ms"), durationMS: try row.decode("duration_ms"),
                httpStatus: try row.decodeIfPresent("http_status"), reason: try row.decodeIfPresent("reason"))
        }
    }
}
