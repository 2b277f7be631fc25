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
        if let isFailed = filter.isFailed { add(isFailed ? Self.isFailed : "NOT \(sql: Self.isFailed)") }
        if let reason = filter.finishReason { add("e.finish_reason = \(reason)") }
        if !filter.sources.isEmpty {
            add("e.source = ANY (\(PostgresArray(filter.sources.map(\.rawValue).sorted())))")
        }
        addSlice("e.route", filter.route)
        addSlice("e.variant", filter.variant)
        addSlice("coalesce(e.served_model, e.requested_model)", filter.model)
        addSlice("left(e.served_model, 100)", filter.servedModel)
        addSlice("e.provider", filter.provider)
        addSlice("e.language", filter.language)
        if let prompt = filter.prompt { addPrompt(prompt) }
        if let user = filter.endUser { add("e.end_user = \(user)") }
        if let conversation = filter.conversation { add("e.conversation = \(conversation)") }
        if let duration = filter.minimumDuration { add("e.duration_ms >= \(duration / .milliseconds(1))") }
        if let first = filter.minimumFirstToken { add("e.ttft_ms >= \(first / .milliseconds(1))") }
        if let tokens = filter.minimumPromptTokens { add("e.prompt_tokens >= \(tokens)") }
        if let tokens = filter.minimumCompletionTokens { add("e.completion_tokens >= \(tokens)") }
        if let cost = filter.minimumCost { add("e.cost_usd >= \(cost)::double precision::numeric") }
        if let tag = filter.tag { add("\(tag) = ANY (e.tags)") }
    }

    /// As rollups count errors.
    private static let isFailed: SQL =
        "(e.status = 'upstream_failed' OR coalesce(e.http_status = 429 OR e.http_status >= 500, false))"

    /// Exchanges that have none of it have no value, or an empty one.
    private mutating func addSlice(_ column: String, _ value: String?) {
        guard let value else { return }
        if value == ExchangeFilter.none {
            add("coalesce(\(raw: column), '') = ''")
        } else {
            add("\(raw: column) = \(value)")
        }
    }

    /// Of a day's prompts rollups tell some apart; what they call `(others)` are the rest.
    private mutating func addPrompt(_ prompt: String) {
        let isKnown: SQL = """
            EXISTS (
                SELECT 1 FROM gleaner.rollup_prompts p
                WHERE p.project_id = e.project_id AND p.day = (gleaner.time_of(e.id) AT TIME ZONE 'UTC')::date
                  AND p.fingerprint = e.system_fingerprint)
            """
        switch prompt {
        case ExchangeFilter.none: add("e.system_fingerprint IS NULL")
        case "(others)": add("e.system_fingerprint IS NOT NULL AND NOT \(sql: isKnown)")
        default: add("left(encode(e.system_fingerprint, 'hex'), 12) = \(prompt) AND \(sql: isKnown)")
        }
    }

    // MARK: What others say of it

    private mutating func addJudgements(_ filter: ExchangeFilter) {
        switch filter.rating {
        case .up: add(vote("thumb", "c.thumb = 1", filter))
        case .down: add(vote("thumb", "c.thumb = -1", filter))
        case .scored: add(vote("score", "true", filter))
        case .rated: add("(\(sql: vote("thumb", "true", filter)) OR \(sql: vote("score", "true", filter)))")
        case .some(.none): add("NOT \(sql: ExchangeJudgements.isRated)")
        case nil: break
        }
        if let score = filter.score { add(vote("score", "c.score = \(score.value)", filter)) }
        if let kind = filter.feedback { add(ExchangeJudgements.has(kind: kind, "true")) }
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
        switch filter.moderation {
        case .flagged: add(ExchangeJudgements.decided("c.action IN \(sql: ExchangeJudgements.against)"))
        case .blocked: add(ExchangeJudgements.decided("c.action = 'block'"))
        case .unjudged: add(ExchangeJudgements.decided("c.action = 'unknown'"))
        case nil: break
        }
        if let question = filter.judged { add(ExchangeJudgements.isJudged(question)) }
        if let figure = filter.figure { add(ExchangeJudgements.has(figure)) }
    }

    private func vote(_ kind: String, _ condition: SQL, _ filter: ExchangeFilter) -> SQL {
        ExchangeJudgements.has(
            kind: kind,
            filter.leavesOutMarked ? "\(sql: condition) AND NOT \(sql: ExchangeJudgements.isMarked)" : condition)
    }
}
