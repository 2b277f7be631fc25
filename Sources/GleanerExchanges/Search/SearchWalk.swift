import AsyncPostgres
import Foundation
import GleanerCore

/// What a step of a search looks at: the next rows along its driver's index, newest first, each with whether it is a hit.
struct SearchWalk {
    let project: ID<Project>
    let driver: SearchDriver
    let conditions: SQL
    /// Exclusive; from the page's cursor and the filter's times.
    let above: UUID
    var below: UUID

    /// Common table expressions `met`, the rows of the index, at most `rows` of them, and `walk` with
    /// `(shard, id, hit, bytes)`, once for each exchange.
    func sql(rows: Int) -> SQL {
        switch driver {
        case .feedback(let kind):
            judged(
                "gleaner.feedback", "j.kind = \(kind) AND j.kind IN ('thumb', 'score', 'flag')", rows)
        case .reviews: judged("gleaner.reviews", "true", rows)
        case .decisions: judged("gleaner.moderation_decisions", "j.action IN \(sql: ExchangeJudgements.against)", rows)
        case .conversation(let name): along("e.conversation = \(name)", rows)
        case .endUser(let name): along("e.end_user = \(name)", rows)
        case .failed: along("(e.status <> 'completed' OR e.http_status >= 400)", rows)
        case .variant(let name): along("e.variant = \(name)", rows)
        case .language(let tag):
            along("e.language = \(tag) AND e.language <> ALL ('{en,hi,hi-Latn,hi-en,und}')", rows)
        case .time: along("true", rows)
        }
    }

    /// Along an index of exchanges: the row that is met is the one that is checked.
    private func along(_ condition: SQL, _ rows: Int) -> SQL {
        """
        met AS MATERIALIZED (
            SELECT e.shard, e.id, \(sql: conditions) AS hit, e.request_bytes + e.response_bytes AS bytes
            FROM gleaner.exchanges e
            WHERE e.project_id = \(project.uuid) AND \(sql: condition) AND \(sql: bounds("e.id"))
            ORDER BY e.id DESC LIMIT \(Int64(rows))
        ), walk AS (SELECT * FROM met)
        """
    }

    /// Along what others said of exchanges. Who judges may do so before the exchange is there.
    ///
    /// `OFFSET 0`, here and in every look-up of a search: the planner shall look each row up by its key, however few or
    /// many it believes there are, and not read a table of millions to compare it with them.
    private func judged(_ table: String, _ condition: SQL, _ rows: Int) -> SQL {
        """
        met AS MATERIALIZED (
            SELECT j.shard, j.exchange_id AS id FROM \(raw: table) j
            WHERE j.project_id = \(project.uuid) AND \(sql: condition) AND \(sql: bounds("j.exchange_id"))
            ORDER BY j.exchange_id DESC LIMIT \(Int64(rows))
        ), walk AS MATERIALIZED (
            SELECT d.shard, d.id, e.id IS NOT NULL AND \(sql: conditions) AS hit, e.request_bytes + e.response_bytes AS bytes
            FROM (SELECT DISTINCT shard, id FROM met) d
            LEFT JOIN LATERAL (
                SELECT e.* FROM gleaner.exchanges e
                WHERE e.shard = d.shard AND e.id = d.id AND e.project_id = \(project.uuid) OFFSET 0
            ) e ON true
        )
        """
    }

    private func bounds(_ column: String) -> SQL {
        "\(raw: column) > \(above) AND \(raw: column) < \(below)"
    }
}
