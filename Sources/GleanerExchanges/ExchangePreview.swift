import AsyncPostgres
import Foundation
import GleanerCore

/// The beginnings of what was asked last and what was answered, for a list.
public struct ExchangePreview: Sendable, Hashable {
    public let prompt: String?
    public let answer: String?

    /// In characters.
    static let longest = 140
    /// Bodies beyond are not opened for a list, in bytes as they were on the wire.
    private static let largestBody = 64 << 10

    /// Those of which nothing can be read are missing.
    static func of(_ exchanges: [ExchangeSummary], pool: PostgresPool) async throws -> [ID<Exchange>: ExchangePreview] {
        let small = exchanges.filter { $0.requestBytes + $0.responseBytes <= largestBody }.map(\.id)
        guard !small.isEmpty else { return [:] }
        let rows = try await pool.query(
            """
            SELECT h.id, b.prompt, b.answer
            FROM unnest(\(PostgresArray(small.map(\.shard.value))), \(PostgresArray(small.map(\.uuid)))) AS h (shard, id)
            CROSS JOIN LATERAL (
                SELECT jsonb_path_query_array(b.messages, '$[*] ? (@.role == "user").content') -> -1 AS prompt,
                       b.answer #> '{choices,0,message,content}' AS answer
                FROM gleaner.exchange_bodies b WHERE b.shard = h.shard AND b.id = h.id OFFSET 0
            ) b
            """, isKept: true)
        var previews: [ID<Exchange>: ExchangePreview] = [:]
        for row in rows {
            previews[ID(try row.decode("id", as: UUID.self))] = ExchangePreview(
                prompt: try row.json("prompt").flatMap(beginning), answer: try row.json("answer").flatMap(beginning))
        }
        return previews
    }

    /// On one line.
    private static func beginning(_ content: JSONValue) -> String? {
        let text = MessageContent(content).parts.compactMap(\.text).joined(separator: " ")
        let line = text.prefix(longest * 4).split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard !line.isEmpty else { return nil }
        return line.count > longest ? line.prefix(longest) + "…" : line
    }
}
