import Foundation
import GleanerCore

/// A curve as `chart.mustache` draws it: SVG made here, so that it is there without scripts. Its words stand beside the
/// picture, where they keep their size on any screen.
struct Chart: Sendable {
    struct Line: Sendable {
        let name: String
        /// For the style sheet: `one`, `two`, `limit` or `zero`.
        let kind: String
        let path: String
    }
    struct Band: Sendable {
        let points: String
    }
    struct Key: Sendable {
        let label: String
        let kind: String
    }

    let title: String
    let lines: [Line]
    let bands: [Band]
    /// Moments at which something was changed: upright lines.
    var marks: [Line] = []
    let keys: [Key]
    let top: String
    let bottom: String
    let left: String
    let right: String

    /// In the units of the picture, which is stretched to its place.
    static let (width, height) = (1000.0, 300.0)

    /// Turns values into places. Nothing leaves the picture, and what is no number has no place.
    struct Scale {
        let x: ClosedRange<Double>
        let y: ClosedRange<Double>

        /// - Parameter values: all that should be seen; room is left above and below.
        init(x: [Double], y values: [Double]) {
            let finite = values.filter(\.isFinite)
            let (low, high) = (finite.min() ?? 0, finite.max() ?? 1)
            let room = high > low ? (high - low) * 0.05 : max(abs(high) * 0.1, 0.1)
            self.x = (x.min() ?? 0)...max(x.max() ?? 1, x.min() ?? 0)
            y = (low - room)...(high + room)
        }

        func place(_ point: (x: Double, y: Double)) -> String {
            let across = x.upperBound > x.lowerBound ? (point.x - x.lowerBound) / (x.upperBound - x.lowerBound) : 0.5
            let up = (min(max(point.y, y.lowerBound), y.upperBound) - y.lowerBound) / (y.upperBound - y.lowerBound)
            return String(format: "%.1f,%.1f", across * width, (1 - up) * height)
        }

        /// A lone point is a dot: a stroke of no length, with round ends.
        func path(_ points: [(x: Double, y: Double)]) -> String {
            let places = points.filter { !$0.y.isNaN }.map(place)
            guard let first = places.first else { return "" }
            return "M\(first)" + (places.count == 1 ? " h0.1" : places.dropFirst().map { " L\($0)" }.joined())
        }

        func level(_ value: Double) -> String { path([(x.lowerBound, value), (x.upperBound, value)]) }

        /// The surface between two curves over the same places.
        func band(_ points: [(x: Double, low: Double, high: Double)]) -> String {
            let known = points.filter { !$0.low.isNaN && !$0.high.isNaN }
            let edge = known.map { place(($0.x, $0.high)) } + known.reversed().map { place(($0.x, $0.low)) }
            return edge.joined(separator: " ")
        }
    }
}

/// An interval beside the value that it must not cross: a bar of a table's row.
struct IntervalBar: Sendable {
    let low: String
    let width: String
    let mark: String
    let limit: String
    let zero: String

    init(low: Double, estimate: Double, high: Double, limit: Double) {
        let values = [low, estimate, high, limit, 0].filter(\.isFinite)
        let (least, most) = (values.min() ?? 0, values.max() ?? 1)
        let span = max(most - least, 1e-9)
        /// 4…96: the ends have room.
        func place(_ value: Double) -> Double { 4 + 92 * (min(max(value, least), most) - least) / span }
        func text(_ place: Double) -> String { String(format: "%.1f", place) }
        self.low = text(place(low))
        width = text(max(0.8, place(high) - place(low)))
        mark = text(place(estimate) - 0.5)
        self.limit = text(place(limit) - 0.4)
        zero = text(place(0) - 0.2)
    }
}

extension Figure {
    private static let english = Locale(identifier: "en")

    /// Three digits that count: `0.0123`, `12.3`, `1,230`.
    static func short(_ number: Double?) -> String {
        guard let number, number.isFinite else { return unknown }
        return number.formatted(.number.precision(.significantDigits(1...3)).locale(english))
    }

    /// The same with `+`.
    static func signed(_ number: Double?) -> String {
        guard let number, number.isFinite else { return unknown }
        return (number > 0 ? "+" : "") + short(number)
    }

    /// `12 %`
    static func percent(_ share: Double) -> String { short(share * 100) + " %" }
}
