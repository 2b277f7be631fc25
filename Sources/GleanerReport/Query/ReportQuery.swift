public import Foundation
public import GleanerCore
public import GleanerHTTP

/// What a report is about: a stretch of time, which exchanges, split by what, beside what.
public struct ReportQuery: Sendable, Hashable {
    public enum Comparison: Sendable, Hashable {
        case nothing
        /// The stretch right before, as long.
        case previous
        /// Two values of a slice, over the same time.
        case values(ReportSlice, first: String, second: String)
    }

    public var range: ReportRange
    public var only: ReportScope
    public var by: ReportSlice
    public var comparison: Comparison

    public init(
        range: ReportRange, only: ReportScope = [:], by: ReportSlice = .variant, comparison: Comparison = .nothing
    ) {
        self.range = range
        self.only = only
        self.by = by
        self.comparison = comparison
    }

    /// The parameters of a query that make one.
    public static let parameters: Set<String> = Set(
        ["range", "since", "until", "by", "compare", "first", "second"] + ReportSlice.allCases.map(\.rawValue))
    private static let longestValue = 256

    /// Reads the parameters above; others are somebody else's.
    /// - Parameter standard: the stretch when none is said.
    public init(_ items: QueryItems, standard: ReportRange.Name = .week, now: Date = Date()) throws(QueryError) {
        var only: ReportScope = [:]
        for slice in ReportSlice.allCases {
            if let value = try Self.value(slice.rawValue, items) { only[slice] = value }
        }
        var by = ReportSlice.variant
        if let text = items["by"] {
            guard let slice = ReportSlice(rawValue: text) else {
                throw .invalid("by", problem: "is none of the slices there are")
            }
            by = slice
        }
        let comparison = try Self.comparison(items)
        range = try Self.range(items, standard, isWhole: comparison == .previous, now: now)
        self.only = only
        self.by = by
        self.comparison = comparison
        // A slice cannot be one value and two at once.
        if case .values(let slice, _, _) = comparison { self.only[slice] = nil }
    }

    private static func value(_ name: String, _ items: QueryItems) throws(QueryError) -> String? {
        guard let text = items[name] else { return nil }
        guard text.unicodeScalars.count <= longestValue else {
            throw .invalid(name, problem: "is longer than \(longestValue) characters")
        }
        return text
    }

    private static func comparison(_ items: QueryItems) throws(QueryError) -> Comparison {
        guard let text = items["compare"] else { return .nothing }
        if text == "previous" { return .previous }
        guard let slice = ReportSlice(rawValue: text) else {
            throw .invalid("compare", problem: "is neither `previous` nor a slice")
        }
        guard let first = try value("first", items) else {
            throw .invalid("first", problem: "is missing: one of two values")
        }
        guard let second = try value("second", items) else {
            throw .invalid("second", problem: "is missing: one of two values")
        }
        guard first != second else { throw .invalid("second", problem: "is the same as `first`") }
        return .values(slice, first: first, second: second)
    }

    private static func range(
        _ items: QueryItems, _ standard: ReportRange.Name, isWhole: Bool, now: Date
    ) throws(QueryError) -> ReportRange {
        func time(_ name: String) throws(QueryError) -> Date? {
            guard let text = items[name] else { return nil }
            guard let time = SearchTime.reading(text, now: now) else {
                throw .invalid(name, problem: "is neither a time, as 2026-11-25T12:03:00Z, nor a span, as 24h")
            }
            return time
        }
        guard let since = try time("since") else {
            if items["until"] != nil { throw .invalid("since", problem: "is missing beside `until`") }
            guard let text = items["range"] else { return ReportRange(standard, now: now, isWhole: isWhole) }
            guard let name = ReportRange.Name(rawValue: text) else {
                throw .invalid("range", problem: "is none of 1h, 24h, 7d, 30d and 90d")
            }
            return ReportRange(name, now: now, isWhole: isWhole)
        }
        // A form that says how long keeps saying it when somebody fills in days.
        let until = min(try time("until") ?? now, now)
        return try ReportRange(since: since, until: until, now: now)
    }

    /// As a query that leads to the same, but for what is replaced; `nil` takes a parameter out.
    public func items(replacing replaced: [String: String?] = [:]) -> [(name: String, value: String)] {
        var items: [(name: String, value: String)] = []
        func add(_ name: String, _ value: String?) {
            if let value, !replaced.keys.contains(name) { items.append((name: name, value: value)) }
        }
        add("range", range.name?.rawValue)
        if range.name == nil {
            add("since", range.since.ISO8601Format())
            add("until", range.until.ISO8601Format())
        }
        for slice in ReportSlice.allCases { add(slice.rawValue, only[slice]) }
        add("by", by.rawValue)
        switch comparison {
        case .nothing: break
        case .previous: add("compare", "previous")
        case .values(let slice, let first, let second):
            add("compare", slice.rawValue)
            add("first", first)
            add("second", second)
        }
        for name in replaced.keys.sorted() {
            if case let value?? = replaced[name] { items.append((name: name, value: value)) }
        }
        return items
    }
}
