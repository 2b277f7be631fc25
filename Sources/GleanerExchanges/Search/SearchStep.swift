import AsyncPostgres
import Foundation
import GleanerCore

/// One statement of a search: walks, checks, and brings the hits whole.
struct SearchStep {
    let walk: SearchWalk
    let needle: TextNeedle?
    let rows: Int
    /// How many hits are wanted at most.
    let hits: Int

    /// Of bodies that a step looks through, in bytes as they were on the wire: a few large ones are as good as many small.
    static let mostText = 8 << 20

    struct Outcome {
        let hits: [ExchangeSummary]
        /// How many exchanges it looked at, and the last of them; `nil` when there were none.
        let looked: Int
        let reached: ID<Exchange>?
        /// There is nothing beyond.
        let isEnd: Bool
    }

    var sql: SQL {
        """
        WITH \(sql: walk.sql(rows: rows)), kept AS MATERIALIZED (
            SELECT shard, id, hit FROM (
                SELECT w.*, sum(CASE WHEN hit THEN bytes ELSE 0 END) OVER (ORDER BY id DESC) AS total FROM walk w
            ) w WHERE \(sql: isWithinText)
        ), hits AS MATERIALIZED (
            SELECT e.shard, e.id FROM kept e WHERE e.hit AND \(sql: says) ORDER BY e.id DESC LIMIT \(Int64(hits))
        )
        SELECT s.looked, s.reached, s.is_end, e.*
        FROM (
            SELECT (SELECT count(*) FROM kept) AS looked, (SELECT id FROM kept ORDER BY id LIMIT 1) AS reached,
                   (SELECT count(*) FROM met) < \(Int64(rows))
                       AND (SELECT count(*) FROM kept) = (SELECT count(*) FROM walk) AS is_end
        ) s
        LEFT JOIN (
            SELECT e.* FROM hits h CROSS JOIN LATERAL (
                SELECT \(raw: ExchangeSummary.columns) FROM gleaner.exchanges e
                WHERE e.shard = h.shard AND e.id = h.id OFFSET 0
            ) e
        ) e ON true
        ORDER BY e.id DESC
        """
    }

    private var isWithinText: SQL {
        needle == nil ? "true" : "NOT hit OR total - bytes < \(Int64(Self.mostText))"
    }

    /// `C` folds ASCII alone, and byte by byte: the same on every server, and several times quicker than a locale.
    private var says: SQL {
        guard let needle else { return "true" }
        let patterns = PostgresArray(needle.patterns)
        return """
            EXISTS (
                SELECT 1 FROM gleaner.exchange_bodies b
                WHERE b.shard = e.shard AND b.id = e.id
                  AND (b.answer::text COLLATE "C" ILIKE ANY (\(patterns))
                       OR b.messages::text COLLATE "C" ILIKE ANY (\(patterns))) OFFSET 0)
            """
    }

    func run(on connection: PostgresConnection) async throws -> Outcome {
        let rows = try await connection.query(sql)
        let hits = try rows.filter { try $0.decodeIfPresent("id", as: UUID.self) != nil }.map(ExchangeSummary.init)
        return Outcome(
            hits: hits, looked: Int(try rows[0].decode("looked", as: Int64.self)),
            reached: try rows[0].decodeIfPresent("reached", as: UUID.self).map { ID($0) },
            isEnd: try rows[0].decode("is_end"))
    }
}
