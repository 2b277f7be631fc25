import Foundation
import GleanerCore
public import GleanerHTTP

/// A part of a report as rows of text, for CSV.
public struct ReportTable: Sendable, Hashable {
    public enum Part: String, Sendable, Hashable, CaseIterable {
        case figures, series, slices, events
    }

    public let header: [String]
    public let rows: [[String]]

    /// - Parameter name: of one figure; `nil` for all.
    public init(_ report: Report, _ part: Part, name: String? = nil) {
        let sides = [report.first] + (report.second.map { [$0] } ?? [])
        func isWanted(_ figure: String) -> Bool { name == nil || name == figure }
        switch part {
        case .figures:
            header = ["side", "since", "until", "name", "unit", "value", "low", "high", "n"]
            rows = sides.flatMap { side in
                side.figures.filter { isWanted($0.name) }.map { figure in
                    [side.label, Self.text(side.range.since), Self.text(side.range.until), figure.name]
                        + [figure.unit.rawValue] + Self.cells(figure.estimate)
                }
            }
        case .series:
            header = ["at", "side", "name", "unit", "value", "low", "high", "n"]
            rows = sides.flatMap { side in
                side.series.filter { isWanted($0.name) }.flatMap { series in
                    series.points.map { point in
                        [Self.text(point.at), side.label, series.name, series.unit.rawValue]
                            + Self.cells(point.estimate)
                    }
                }
            }
        case .slices:
            header = [report.query.by.rawValue, "name", "unit", "value", "low", "high", "n"]
            rows = report.rows.flatMap { row in
                row.figures.filter { isWanted($0.name) }.map { figure in
                    [row.value, figure.name, figure.unit.rawValue] + Self.cells(figure.estimate)
                }
            }
        case .events:
            header = ["at", "kind", "title", "actor", "note"]
            rows = report.events.map { [Self.text($0.at), $0.kind, $0.title, $0.actor, $0.note] }
        }
    }

    private static func cells(_ estimate: Estimated) -> [String] {
        [number(estimate.value), number(estimate.low), number(estimate.high), "\(estimate.count)"]
    }

    /// Six digits that count; empty for what is not known.
    private static func number(_ value: Double?) -> String {
        guard let value else { return "" }
        // Counts stay whole, however many digits they have.
        return value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(format: "%.6g", value)
    }

    private static func text(_ date: Date) -> String { date.ISO8601Format() }

    // MARK: CSV

    /// RFC 4180. A text that a spreadsheet would take for a formula stands behind an apostrophe.
    public var csv: String {
        ([header] + rows).map { $0.map(Self.field).joined(separator: ",") + "\r\n" }.joined()
    }

    private static func field(_ text: String) -> String {
        let isNumber = Double(text) != nil
        let isFormula = !isNumber && (text.unicodeScalars.first.map { "=+-@\t\r".unicodeScalars.contains($0) } ?? false)
        let shown = isFormula ? "'" + text : text
        let needsQuotes = shown.utf8.contains { byte in
            byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\n")
                || byte == UInt8(ascii: "\r")
        }
        return needsQuotes ? "\"" + shown.replacing("\"", with: "\"\"") + "\"" : shown
    }
}

extension ReportTable {
    /// Reads `part` (the series when nothing is said) and `name`.
    public init(_ report: Report, _ items: QueryItems) throws(QueryError) {
        var part = Part.series
        if let text = items["part"] {
            guard let chosen = Part(rawValue: text) else {
                throw .invalid("part", problem: "is none of figures, series, slices and events")
            }
            part = chosen
        }
        self.init(report, part, name: items["name"])
    }
}
