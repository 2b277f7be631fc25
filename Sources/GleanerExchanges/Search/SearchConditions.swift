import AsyncPostgres
import Foundation
import GleanerCore

/// A filter, but for its text, as conditions on a row `e` of `gleaner.exchanges`, the cheap ones first.
struct SearchConditions {
    private var conditions: [SQL] = []

    init(_ filter: ExchangeFilter) {
        addTimes(filter)
        addColumns(filter)
        addJudgements(filter)
    }

    /// True for every row when there is nothing to check.
    var sql: SQL {
        guard var all = conditions.first else { return "true" }
        for condition in conditions.dropFirst() { all = "\(sql: all) AND \(sql: condition)" }
        return "(\(sql: all)) IS TRUE"
    }

    private mutating func add(_ condition: SQL) { conditions.append(condition) }

    // MARK: What a row says itself

    /// The walk keeps to the ids of these times; a client's own id may be five minutes off.
    private mutating func addTimes(_ filter: ExchangeFilter) {
        if let since = filter.since { add("e.received_at >= \(since)") }
        if let until = filter.until { add("e.received_at < \(until)") }
    }

    private mutating func addColumns(_ filter: ExchangeFilter) {
        if let status = filter.status { add("e.status = \(status.rawValue)") }
        switch filter.httpStatus {
        case .exactly(let code): add("e.http_status = \(code)")
        case .hundred(let digit): add("e.http_status BETWEEN \(digit * 100) AND \(digit * 100 + 99)")
        case .errors: add("e.http_status >= 400")
        case nil: break
        }
        if let source = filter.source { add("e.source = \(source.rawValue)") }
        if let route = filter.route { add("e.route = \(route)") }
        if let variant = filter.variant { add("e.variant = \(variant)") }
        if let model = filter.model { add("coalesce(e.served_model, e.requested_model) = \(model)") }
        if let provider = filter.provider { add("e.provider = \(provider)") }
        if let language = filter.language { add("e.language = \(language)") }
        if let user = filter.endUser { add("e.end_user = \(user)") }
        if let conversation = filter.conversation { add("e.conversation = \(conversation)") }
        if let duration = filter.minimumDuration { add("e.duration_ms >= \(duration / .milliseconds(1))") }
        if let cost = filter.minimumCost { add("e.cost_usd >= \(cost)::double precision::numeric") }
        if let tag = filter.tag { add("\(tag) = ANY (e.tags)") }
    }

    // MARK: What others say of it

    private mutating func addJudgements(_ filter: ExchangeFilter) {
        switch filter.rating {
        case .up: add(ExchangeJudgements.has(kind: "thumb", "c.thumb = 1"))
        case .down: add(ExchangeJudgements.has(kind: "thumb", "c.thumb = -1"))
        case .some(.none): add("NOT \(sql: ExchangeJudgements.isRated)")
        case nil: break
        }
        if let score = filter.score { add(ExchangeJudgements.has(kind: "score", "c.score = \(score.value)")) }
        if let isReported = filter.isReported {
            let reported = ExchangeJudgements.has(kind: "flag", "c.raised")
            add(isReported ? reported : "NOT \(sql: reported)")
        }
        if let isReviewed = filter.isReviewed {
            add(isReviewed ? ExchangeJudgements.isReviewed : "NOT \(sql: ExchangeJudgements.isReviewed)")
        }
        if let isFlagged = filter.isFlagged {
            add(isFlagged ? ExchangeJudgements.isFlagged : "NOT \(sql: ExchangeJudgements.isFlagged)")
        }
    }
}
