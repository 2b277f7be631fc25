public import Foundation

/// One number of a report with its name.
public struct ReportFigure: Sendable, Hashable {
    /// A measure's, or `quality_` and what reviewers were asked.
    public let name: String
    public let unit: ReportUnit
    public let wish: ReportWish
    public let estimate: Estimated

    init(_ measure: ReportMeasure, _ estimate: Estimated) {
        self.init(name: measure.rawValue, unit: measure.unit, wish: measure.wish, estimate: estimate)
    }

    init(name: String, unit: ReportUnit, wish: ReportWish, estimate: Estimated) {
        self.name = name
        self.unit = unit
        self.wish = wish
        self.estimate = estimate
    }

    /// What reviewers' answers say of all answers.
    public static let qualityPrefix = "quality_"

    static func quality(_ measure: String, isShare: Bool, _ estimate: Estimated) -> ReportFigure {
        ReportFigure(
            name: qualityPrefix + measure, unit: isShare ? .share : .score, wish: measure == "corrected" ? .low : .high,
            estimate: estimate)
    }

    public var isQuality: Bool { name.hasPrefix(Self.qualityPrefix) }
}

/// A figure over time.
public struct ReportSeries: Sendable, Hashable {
    public struct Point: Sendable, Hashable {
        public let at: Date
        public let estimate: Estimated

        public init(at: Date, estimate: Estimated) {
            self.at = at
            self.estimate = estimate
        }
    }
    public let name: String
    public let unit: ReportUnit
    /// How long each point is.
    public let seconds: Int
    public let points: [Point]
}
