public import Foundation
import GleanerCore
public import GleanerHTTP

extension ExchangeFilter {
    /// The parameters of a query that make a filter.
    public static let parameters: Set<String> = [
        "since", "until", "status", "http_status", "failed", "finish_reason", "source", "route", "variant", "model",
        "served_model", "prompt", "provider", "language", "tag", "end_user", "conversation", "min_ms", "min_ttft_ms",
        "min_cost_usd", "min_prompt_tokens", "min_completion_tokens", "rating", "marked", "score", "feedback",
        "reported", "flagged", "moderation", "reviewed", "judged", "figure", "figure_min", "figure_max", "text",
    ]
    /// Labels of exchanges are at most that long, in characters; so is what is looked for.
    static let longestLabel = 256

    /// Reads the parameters above; others are somebody else's.
    /// - Parameter now: what `since=24h` counts back from.
    public init(_ query: QueryItems, now: Date = Date()) throws(QueryError) {
        self.init()
        since = try query.time("since", now: now)
        until = try query.time("until", now: now)
        status = try query.choice("status", ExchangeStatus.init(rawValue:))
        httpStatus = try query.choice("http_status", HTTPStatuses.init)
        isFailed = try query.choice("failed", Bool.init)
        finishReason = try query.label("finish_reason")
        sources = try query.choice("source", Self.sources) ?? []
        route = try query.label("route")
        variant = try query.label("variant")
        model = try query.label("model")
        servedModel = try query.label("served_model")
        prompt = try query.label("prompt")
        provider = try query.label("provider")
        language = try query.label("language")
        tag = try query.label("tag")
        endUser = try query.label("end_user")
        conversation = try query.label("conversation")
        minimumDuration = try query.amount("min_ms").map { .milliseconds(Int64($0)) }
        minimumFirstToken = try query.amount("min_ttft_ms").map { .milliseconds(Int64($0)) }
        minimumCost = try query.amount("min_cost_usd")
        minimumPromptTokens = try query.amount("min_prompt_tokens").map { Int64($0) }
        minimumCompletionTokens = try query.amount("min_completion_tokens").map { Int64($0) }
        rating = try query.choice("rating", Rating.init(rawValue:))
        leavesOutMarked = try query.choice("marked") { $0 == "false" ? true : nil } ?? false
        score = try query.choice("score") { text in Int16(text).flatMap { try? Score($0) } }
        feedback = try query.label("feedback")
        isReported = try query.choice("reported", Bool.init)
        isFlagged = try query.choice("flagged", Bool.init)
        moderation = try query.choice("moderation", Moderation.init(rawValue:))
        isReviewed = try query.choice("reviewed", Bool.init)
        judged = try query.label("judged")
        figure = try Self.figure(query)
        text = try query.label("text")
    }

    /// One or several by commas.
    private static func sources(_ text: String) -> Set<ExchangeSource>? {
        let sources = text.split(separator: ",").map { ExchangeSource(rawValue: String($0)) }
        return sources.isEmpty || sources.contains(nil) ? nil : Set(sources.compactMap { $0 })
    }

    /// `judge.score`; an evaluator's name has no dot, and its bounds are of no use without it.
    private static func figure(_ query: QueryItems) throws(QueryError) -> Figure? {
        let (least, most) = (try query.value("figure_min"), try query.value("figure_max"))
        guard let text = try query.label("figure") else {
            guard least == nil, most == nil else { throw .invalid("figure", problem: "is missing") }
            return nil
        }
        let halves = text.split(separator: ".", maxSplits: 1).map(String.init)
        guard halves.count == 2 else {
            throw .invalid("figure", problem: "is no evaluator and measure with a dot between them")
        }
        return Figure(evaluator: halves[0], measure: halves[1], least: least, most: most)
    }
}

extension ExchangeFilter.HTTPStatuses: LosslessStringConvertible {
    /// `404`, `5xx`, or `error`.
    public init?(_ text: String) {
        if text == "error" {
            self = .errors
        } else if let code = Int16(text), (100...599).contains(code), text.utf8.count == 3 {
            self = .exactly(code)
        } else if let digit = ["1xx", "2xx", "3xx", "4xx", "5xx"].firstIndex(of: text) {
            self = .hundred(Int16(digit) + 1)
        } else {
            return nil
        }
    }

    public var description: String {
        switch self {
        case .errors: "error"
        case .exactly(let code): "\(code)"
        case .hundred(let digit): "\(digit)xx"
        }
    }
}

extension QueryItems {
    func choice<Value>(_ name: String, _ read: (String) -> Value?) throws(QueryError) -> Value? {
        guard let text = self[name] else { return nil }
        guard let value = read(text) else { throw .invalid(name, problem: "is none of the values there are") }
        return value
    }

    func label(_ name: String) throws(QueryError) -> String? {
        guard let text = self[name] else { return nil }
        guard text.unicodeScalars.count <= ExchangeFilter.longestLabel else {
            throw .invalid(name, problem: "is longer than \(ExchangeFilter.longestLabel) characters")
        }
        return text
    }

    /// A number from 0 to a billion.
    func amount(_ name: String) throws(QueryError) -> Double? {
        guard let text = self[name] else { return nil }
        guard let value = Double(text), (0...1e9).contains(value) else {
            throw .invalid(name, problem: "is not a number from 0 to 1000000000")
        }
        return value
    }

    /// Any number there is.
    func value(_ name: String) throws(QueryError) -> Double? {
        guard let text = self[name] else { return nil }
        guard let value = Double(text), value.isFinite else { throw .invalid(name, problem: "is not a number") }
        return value
    }

    func time(_ name: String, now: Date) throws(QueryError) -> Date? {
        guard let text = self[name] else { return nil }
        guard let time = SearchTime.reading(text, now: now) else {
            throw .invalid(name, problem: "is neither a time, as 2026-11-25T12:03:00Z, nor a span, as 24h")
        }
        return time
    }
}
