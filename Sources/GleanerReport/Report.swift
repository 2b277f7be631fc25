public import Foundation

/// What a project's exchanges were worth and cost over a stretch of time, counted once by rollups.
public struct Report: Sendable {
    /// One of two sides, or the only one.
    public struct Side: Sendable {
        /// Empty when it is the only one.
        public let label: String
        public let range: ReportRange
        public let only: ReportScope
        public let figures: [ReportFigure]
        public let series: [ReportSeries]
        /// Exchanges that people flagged; whose prompt or answer moderation flagged; with a thumb down; without an answer.
        public let reported: Int
        public let flagged: Int
        public let downs: Int
        public let errors: Int

        public func figure(_ measure: ReportMeasure) -> ReportFigure? { figure(measure.rawValue) }
        public func figure(_ name: String) -> ReportFigure? { figures.first { $0.name == name } }
        public func series(_ name: String) -> ReportSeries? { series.first { $0.name == name } }
        public var isEmpty: Bool { figure(.exchanges)?.estimate.count == 0 }
    }

    public struct Row: Sendable {
        public let value: String
        public let figures: [ReportFigure]

        public func figure(_ measure: ReportMeasure) -> Estimated? {
            figures.first { $0.name == measure.rawValue }?.estimate
        }
    }

    /// Something that was changed or decided.
    public struct Event: Sendable, Hashable {
        public let at: Date
        public let kind: String
        public let title: String
        public let actor: String
        public let note: String
    }

    public let project: String
    public let query: ReportQuery
    public let at: Date
    public let first: Side
    public let second: Side?
    public let differences: [ReportDifference]
    /// By `query.by`, those with most exchanges first.
    public let rows: [Row]
    /// How many more values there are.
    public let rowsLeftOut: Int
    /// The newest first.
    public let events: [Event]
    public let freshness: ReportFreshness

    public func difference(_ name: String) -> ReportDifference? { differences.first { $0.name == name } }
}

/// Whether everything is counted.
public struct ReportFreshness: Sendable, Hashable {
    /// When exchanges were last counted; `nil` before the first time.
    public let countedAt: Date?
    /// Hours of projects that are marked and not counted yet.
    public let hoursBehind: Int
}

/// What waits for somebody.
public struct OpenWork: Sendable, Hashable {
    public struct Line: Sendable, Hashable {
        /// `open`, `leased`, `third` or `disputed` of the annotation queue, or a kind of job that is given up.
        public let name: String
        public let count: Int
        /// Seconds.
        public let oldest: Double?
    }
    public let reviews: [Line]
    public let deadJobs: [Line]
}
