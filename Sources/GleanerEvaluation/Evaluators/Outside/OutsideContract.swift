import GleanerCore

/// What evaluators outside of Gleaner are told of an exchange, and what they say: one JSON object each.
///
/// Told: `{"exchange","messages","answer","finish_reason","correction"}`, as the projections have them, redacted where the project
/// asks for that. Said: `{"exchange","values":{"measure": number}}`, `{"exchange","values":{}}` where nothing applies, or
/// `{"exchange","error":"a few words"}`. Measures are `[a-z][a-z0-9_]{0,47}`, at most 20; a flag is 0 or 1. An exchange of which
/// nothing is said has failed. The order is free.
enum OutsideContract {
    static let mostMeasures = 20

    static func told(_ exchange: EvaluatedExchange) -> JSONValue {
        [
            "exchange": .string(exchange.id.description), "messages": .array(exchange.messages),
            "answer": exchange.answer.map(JSONValue.string) ?? .null,
            "finish_reason": exchange.finishReason.map(JSONValue.string) ?? .null,
            "correction": exchange.correction.map(JSONValue.string) ?? .null,
        ]
    }

    /// In the order of `exchanges`.
    static func outcomes(_ said: [JSONValue], of exchanges: [EvaluatedExchange]) -> [EvaluatorOutcome] {
        var byExchange: [String: EvaluatorOutcome] = [:]
        for word in said {
            guard let id = word["exchange"]?.stringValue else { continue }
            byExchange[id.lowercased()] = outcome(word)
        }
        return exchanges.map { byExchange[$0.id.description] ?? .failed(reason: "unanswered", isTransient: false) }
    }

    private static func outcome(_ word: JSONValue) -> EvaluatorOutcome {
        if word["error"]?.stringValue != nil { return .failed(reason: "refused", isTransient: false) }
        guard let members = word["values"]?.objectValue, members.count <= mostMeasures else {
            return .failed(reason: "unreadable", isTransient: false)
        }
        var values: [MeasuredValue] = []
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            guard isMeasure(name), let number = value.doubleValue ?? value.boolValue.map({ $0 ? 1 : 0 }),
                number.isFinite
            else { return .failed(reason: "unreadable", isTransient: false) }
            values.append(MeasuredValue(name, number))
        }
        return values.isEmpty ? .notApplicable : .measured(values)
    }

    static func isMeasure(_ name: String) -> Bool {
        name.wholeMatch(of: /[a-z][a-z0-9_]{0,47}/) != nil && name != "failed"
    }
}
