import AsyncPostgres
import GleanerCore

/// The view that has what a report wants, and how it is asked.
///
/// Where no two slices are crossed, a row for each value is there already, added up; else those of all combinations are read.
struct RowPlace: Sendable {
    let view: String
    /// What the rows are grouped by.
    let key: SQL
    let condition: SQL
    let isOfOneSlice: Bool

    /// - Parameters:
    ///   - slices: the views of one slice, without the ending for their step.
    ///   - all: those of all combinations.
    init(_ stretch: ReportStore.Stretch, _ grouping: ReportStore.Grouping, slices: String, all: String) {
        var crossed = Set(stretch.only.keys)
        if case .slice(let slice) = grouping { crossed.insert(slice) }
        // Each row is of one source.
        crossed.remove(.source)
        let step = stretch.range.step.view
        guard crossed.count <= 1 else {
            self.init(
                view: "\(all)_\(step)", key: Self.key(grouping) { $0.rawValue },
                condition: ReportStore.condition(stretch), isOfOneSlice: false)
            return
        }
        let slice = crossed.first
        var condition: SQL = "slice = \(slice?.rawValue ?? "all")"
        if let slice, let value = stretch.only[slice] { condition = "\(sql: condition) AND value = \(value)" }
        let rest = ReportStore.Stretch(
            project: stretch.project, range: stretch.range, only: stretch.only.filter { $0.key == .source })
        self.init(
            view: "\(slices)_\(step)", key: Self.key(grouping) { $0 == .source ? "source" : "value" },
            condition: "\(sql: ReportStore.condition(rest)) AND \(sql: condition)", isOfOneSlice: true)
    }

    private init(view: String, key: SQL, condition: SQL, isOfOneSlice: Bool) {
        self.view = view
        self.key = key
        self.condition = condition
        self.isOfOneSlice = isOfOneSlice
    }

    private static func key(_ grouping: ReportStore.Grouping, _ column: (ReportSlice) -> String) -> SQL {
        switch grouping {
        case .time: "at"
        case .slice(let slice): "\(identifier: column(slice))"
        }
    }
}
