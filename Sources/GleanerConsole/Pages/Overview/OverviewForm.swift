import Foundation
import GleanerCore
import GleanerReport

/// What the overview is about, as a form and links that change one thing each.
struct OverviewForm: Sendable {
    struct Option: Sendable {
        let option: String
        let words: String
        let isChosen: Bool
    }
    struct Select: Sendable {
        let name: String
        let label: String
        let options: [Option]
    }
    struct Link: Sendable {
        let path: String
        let words: String
        let isCurrent: Bool
    }
    struct Hidden: Sendable {
        let name: String
        let text: String
    }
    struct Chip: Sendable {
        let words: String
        let path: String
    }

    let ranges: [Link]
    /// Days of a stretch of one's own; empty for one that ends now.
    let from: String
    let before: String
    let by: Select
    let comparison: Select
    let slices: [Select]
    /// What the form does not ask for and keeps.
    let kept: [Hidden]
    let chips: [Chip]
    let isUnfolded: Bool

    init(_ query: ReportQuery, _ values: [ReportSlice: [String]]) {
        ranges = ReportRange.Name.allCases.map { name in
            Link(
                path: Self.path(query, ["range": name.rawValue, "since": nil, "until": nil]),
                words: Self.words(name), isCurrent: query.range.name == name)
        }
        from = query.range.name == nil ? Self.day(query.range.since) : ""
        before = query.range.name == nil ? Self.day(query.range.until) : ""
        by = Select(
            name: "by", label: "Split by",
            options: ReportSlice.allCases.map {
                Option(option: $0.rawValue, words: $0.rawValue, isChosen: $0 == query.by)
            })
        comparison = Self.comparison(query)
        slices = ReportSlice.allCases.map { slice in
            let chosen = query.only[slice]
            // What is chosen stays a choice, also where it had no exchange.
            let all = (values[slice] ?? []) + (chosen.map { [$0] } ?? []).filter { !(values[slice] ?? []).contains($0) }
            return Select(
                name: slice.rawValue, label: slice.rawValue.capitalized,
                options: [Option(option: "", words: "all", isChosen: chosen == nil)]
                    + all.map { Option(option: $0, words: $0, isChosen: $0 == chosen) })
        }
        var kept: [Hidden] = []
        if let name = query.range.name { kept.append(Hidden(name: "range", text: name.rawValue)) }
        if case .values(_, let first, let second) = query.comparison {
            kept += [Hidden(name: "first", text: first), Hidden(name: "second", text: second)]
        }
        self.kept = kept
        var chips = ReportSlice.allCases.compactMap { slice in
            query.only[slice].map {
                Chip(words: "\(slice.rawValue): \($0)", path: Self.path(query, [slice.rawValue: nil]))
            }
        }
        if query.comparison != .nothing {
            chips.append(
                Chip(
                    words: Self.words(query.comparison),
                    path: Self.path(query, ["compare": nil, "first": nil, "second": nil])))
        }
        self.chips = chips
        isUnfolded = !query.only.isEmpty || query.range.name == nil
    }

    /// The overview with some parameters replaced; `nil` takes one out.
    static func path(_ query: ReportQuery, _ replaced: [String: String?] = [:], page: String = "/overview") -> String {
        page + "?" + Renderer.query(query.items(replacing: replaced))
    }

    private static func comparison(_ query: ReportQuery) -> Select {
        var options = [
            Option(option: "", words: "nothing", isChosen: query.comparison == .nothing),
            Option(option: "previous", words: "the time before", isChosen: query.comparison == .previous),
        ]
        if case .values(let slice, _, _) = query.comparison {
            options.append(Option(option: slice.rawValue, words: words(query.comparison), isChosen: true))
        }
        return Select(name: "compare", label: "Compare with", options: options)
    }

    private static func words(_ comparison: ReportQuery.Comparison) -> String {
        switch comparison {
        case .nothing: ""
        case .previous: "beside the time before"
        case .values(let slice, let first, let second): "\(slice.rawValue): \(first) beside \(second)"
        }
    }

    private static func words(_ name: ReportRange.Name) -> String {
        switch name {
        case .hour: "1 hour"
        case .day: "24 hours"
        case .week: "7 days"
        case .month: "30 days"
        case .quarter: "90 days"
        }
    }

    private static func day(_ date: Date) -> String { date.formatted(.iso8601.year().month().day()) }
}
