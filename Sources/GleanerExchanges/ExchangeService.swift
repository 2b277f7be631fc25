public import AsyncPostgres
import Foundation
public import GleanerCore
import GleanerHTTP
import HTTPTypes
public import Hummingbird
import NIOCore

/// All that the API and the console show of exchanges.
public struct ExchangeService: Sendable {
    private let pool: PostgresPool
    private let search: ExchangeSearch
    private let reader: ExchangeReader

    public init(pool: PostgresPool) {
        self.pool = pool
        search = ExchangeSearch(pool: pool)
        reader = ExchangeReader(pool: pool)
    }

    /// A page of a search with what others said of what is on it.
    public func page(
        of project: ID<Project>, _ filter: ExchangeFilter, before: ID<Exchange>? = nil, after: ID<Exchange>? = nil,
        limit: Int
    ) async throws -> (page: SearchPage, marks: [ID<Exchange>: ExchangeMarks]) {
        let page = try await search.page(of: project, filter, before: before, after: after, limit: limit)
        return (page, try await ExchangeMarks.of(page.exchanges.map(\.id), in: project, pool: pool))
    }

    /// What others said of one exchange of the project.
    public func marks(of id: ID<Exchange>, in project: ID<Project>) async throws -> ExchangeMarks {
        try await ExchangeMarks.of([id], in: project, pool: pool)[id] ?? ExchangeMarks()
    }

    /// The beginnings of what was said in exchanges of a list.
    public func previews(of exchanges: [ExchangeSummary]) async throws -> [ID<Exchange>: ExchangePreview] {
        try await ExchangePreview.of(exchanges, pool: pool)
    }

    /// How many have come since `newest`, up to `limit`: what a list that is open says at its head.
    public func countNew(
        of project: ID<Project>, _ filter: ExchangeFilter, since newest: ID<Exchange>?, limit: Int
    ) async throws -> Int {
        try await search.page(of: project, filter, after: newest, limit: limit).exchanges.count
    }

    /// Which of these completion ids have an exchange.
    public func known(_ completions: [String], in project: ID<Project>) async throws -> Set<String> {
        let rows = try await pool.query(
            """
            SELECT k.id FROM unnest(\(PostgresArray(completions))) AS k (id)
            WHERE EXISTS (SELECT 1 FROM gleaner.exchanges e
                          WHERE e.project_id = \(project.uuid) AND e.completion_id = k.id)
            """)
        return Set(try rows.map { try $0.decode("id", as: String.self) })
    }

    /// - Throws: `ExchangeUnknown`.
    public func find(_ id: ID<Exchange>, of project: ID<Project>) async throws -> ExchangeReader.Whole {
        guard let whole = try await reader.find(id, of: project) else { throw ExchangeUnknown(id: "\(id)") }
        return whole
    }

    /// - Throws: `ExchangeUnknown`.
    public func history(of id: ID<Exchange>, of project: ID<Project>) async throws -> ExchangeHistory {
        guard let history = try await HistoryReader(pool: pool).history(of: id, of: project) else {
            throw ExchangeUnknown(id: "\(id)")
        }
        return history
    }

    /// The conversation around an exchange.
    public func turns(around exchange: ExchangeSummary, of project: ID<Project>) async throws -> [ConversationTurn] {
        try await ConversationTurn.around(exchange, of: project, pool: pool)
    }

    /// What a search form offers.
    public func values(of project: ID<Project>) async throws -> ExchangeValues {
        try await ExchangeValues.of(project, pool: pool)
    }

    /// The exact bytes of one half, as a file that nothing opens as a page.
    /// - Throws: `ExchangeUnknown`.
    public func download(
        _ half: ExchangeReader.Half, of id: ID<Exchange>, of project: ID<Project>
    ) async throws -> Response {
        guard let bytes = try await reader.bytes(half, of: id, of: project) else { throw ExchangeUnknown(id: "\(id)") }
        return Response(
            status: .ok, headers: Download.headers(file: "\(id)-\(half.rawValue).txt"),
            body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
