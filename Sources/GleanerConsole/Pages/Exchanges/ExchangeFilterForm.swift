import GleanerCore
import GleanerExchanges
import GleanerHTTP

/// The search form as it was filled in, with what it offers.
struct ExchangeFilterForm: Sendable {
    /// A field that takes any text, with suggestions.
    struct Field: Sendable {
        let name: String
        let label: String
        let value: String
        let suggestions: [String]
        /// `nil` for none: an empty text is shown like any other.
        let hint: String?
        let hasSuggestions: Bool
    }
    /// A field that takes one of a few values.
    struct Choice: Sendable {
        struct Option: Sendable {
            let value: String
            let label: String
            let isChosen: Bool
        }
        let name: String
        let label: String
        let options: [Option]
    }
    /// A condition in force that has no field: another search keeps it.
    struct Kept: Sendable {
        let name: String
        let value: String
    }
    /// A condition in force, and the search without it.
    struct Chip: Sendable {
        let label: String
        let without: String
    }

    let text: String
    let first: [Field]
    let choices: [Choice]
    let more: [Field]
    let moreChoices: [Choice]
    let kept: [Kept]
    let chips: [Chip]
    /// One of those behind the fold is in force.
    let isUnfolded: Bool
    /// Without `before`, as a query that others are made from; `&` goes before what follows.
    let query: String

    init(_ items: QueryItems, _ values: ExchangeValues) {
        func field(_ name: String, _ label: String, _ suggestions: [String] = [], hint: String? = nil) -> Field {
            Field(
                name: name, label: label, value: items[name] ?? "", suggestions: suggestions, hint: hint,
                hasSuggestions: !suggestions.isEmpty)
        }
        func choice(_ name: String, _ label: String, _ options: [(value: String, label: String)]) -> Choice {
            let chosen = items[name] ?? ""
            var all = [("", "any")] + options
            // Links ask for more than the form offers.
            if !all.contains(where: { $0.0 == chosen }) { all.append((chosen, chosen)) }
            return Choice(
                name: name, label: label,
                options: all.map { .init(value: $0.0, label: $0.1, isChosen: $0.0 == chosen) })
        }
        let spans = ["1h", "24h", "7d", "30d"]
        text = items["text"] ?? ""
        first = [
            field("since", "Since", spans, hint: "24h"),
            field("route", "Route", values.routes), field("variant", "Variant", values.variants),
            field("language", "Language", values.languages),
        ]
        choices = [
            choice("rating", "Rating", [("up", "thumb up"), ("down", "thumb down"), ("none", "not rated")]),
            choice("status", "Status", ExchangeStatus.allCases.map { ($0.rawValue, $0.rawValue) }),
        ]
        more = [
            field("until", "Until", spans, hint: "1h"), field("model", "Model", values.models),
            field("provider", "Provider", values.providers), field("tag", "Tag", values.tags),
            field("end_user", "End user"), field("conversation", "Conversation"),
            field("http_status", "HTTP status", ["error", "4xx", "5xx", "429"]),
            field("finish_reason", "Ended by", ["length", "content_filter", "stop", "tool_calls"]),
            field("score", "Score", ["1", "2", "3", "4", "5"]),
            field("min_ms", "At least, ms", ["1000", "5000", "20000"]),
            field("min_cost_usd", "At least, USD", ["0.01", "0.1"]),
        ]
        let yesOrNo = [("true", "yes"), ("false", "no")]
        moreChoices = [
            choice("failed", "Without an answer", yesOrNo),
            choice("flagged", "Flagged by moderation", yesOrNo), choice("reported", "Reported by people", yesOrNo),
            choice("reviewed", "Reviewed", yesOrNo),
            choice("source", "Came by", ExchangeSource.allCases.map { ($0.rawValue, $0.rawValue) }),
        ]
        let inForce = items.items.filter { ExchangeFilter.parameters.contains($0.name) }
        chips = inForce.map { item in
            Chip(
                label: "\(item.name.replacing("_", with: " ")): \(item.value)",
                without: "/exchanges?" + Renderer.query(inForce.filter { $0.name != item.name }))
        }
        query = Renderer.query(inForce)
        let behind = Set(more.map(\.name) + moreChoices.map(\.name))
        let ahead = Set(first.map(\.name) + choices.map(\.name) + ["text"])
        kept = inForce.filter { !behind.contains($0.name) && !ahead.contains($0.name) }.map {
            Kept(name: $0.name, value: $0.value)
        }
        isUnfolded = inForce.contains { behind.contains($0.name) }
    }
}
