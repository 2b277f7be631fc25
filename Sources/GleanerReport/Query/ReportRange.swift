public import Foundation
public import GleanerHTTP

/// A stretch of time in whole steps, and how finely it is told.
public struct ReportRange: Sendable, Hashable {
    /// Stretches that end now.
    public enum Name: String, Sendable, Hashable, CaseIterable {
        case hour = "1h"
        case day = "24h"
        case week = "7d"
        case month = "30d"
        case quarter = "90d"

        var seconds: Double {
            switch self {
            case .hour: 3600
            case .day: 86_400
            case .week: 7 * 86_400
            case .month: 30 * 86_400
            case .quarter: 90 * 86_400
            }
        }
        var step: ReportStep {
            switch self {
            case .hour: .recent
            case .day, .week: .hourly
            case .month, .quarter: .daily
            }
        }
    }

    public let since: Date
    /// Before this moment; that of the step under way may be in the future.
    public let until: Date
    public let step: ReportStep
    /// `nil` for one of somebody's own.
    public let name: Name?

    public static let longest: Double = 400 * 86_400
    /// Five minutes are kept for eight days.
    private static let recentFor: Double = 8 * 86_400

    private init(since: Date, until: Date, step: ReportStep, name: Name?) {
        self.since = since
        self.until = until
        self.step = step
        self.name = name
    }

    /// - Parameter isWhole: ends with the last step that is over, so that another stretch is as long; else with the one under
    ///   way.
    public init(_ name: Name, now: Date, isWhole: Bool = false) {
        let begun = name.step.begin(of: now)
        let until = isWhole ? begun : begun.addingTimeInterval(name.step.seconds)
        self.init(since: until.addingTimeInterval(-name.seconds), until: until, step: name.step, name: name)
    }

    /// So many whole days (UTC), the last one before the day of `moment`.
    public init(days: Int, before moment: Date) {
        let until = ReportStep.daily.begin(of: moment)
        self.init(since: until.addingTimeInterval(-86_400 * Double(days)), until: until, step: .daily, name: nil)
    }

    /// From one moment until before another, widened to whole steps.
    /// - Throws: `QueryError` when there is nothing between them, or more than 400 days.
    public init(since: Date, until: Date, now: Date) throws(QueryError) {
        let length = until.timeIntervalSince(since)
        guard length > 0 else { throw .invalid("until", problem: "is not after `since`") }
        guard length <= Self.longest else { throw .invalid("since", problem: "is more than 400 days before `until`") }
        let step: ReportStep
        if length <= 6 * 3600, since > now.addingTimeInterval(3600 - Self.recentFor) {
            step = .recent
        } else {
            step = length <= 8 * 86_400 ? .hourly : .daily
        }
        self.init(since: step.begin(of: since), until: step.end(of: until), step: step, name: nil)
    }

    /// As long, right before.
    public var previous: ReportRange {
        ReportRange(
            since: since.addingTimeInterval(-until.timeIntervalSince(since)), until: since, step: step, name: nil)
    }

    /// The same in steps of another length, widened to whole ones.
    func widened(to step: ReportStep) -> ReportRange {
        ReportRange(since: step.begin(of: since), until: step.end(of: until), step: step, name: name)
    }

    /// Histograms are many rows: of more than two days they are told by the day.
    var stepOfLatency: ReportStep {
        step == .hourly && until.timeIntervalSince(since) > 2 * 86_400 ? .daily : step
    }

    /// What there is to read for that: whole days as such, and the hours at both ends as hours.
    var piecesOfLatency: [ReportRange] {
        guard stepOfLatency != step else { return [self] }
        let (head, tail) = (ReportStep.daily.end(of: since), ReportStep.daily.begin(of: until))
        return [
            ReportRange(since: since, until: head, step: step, name: nil),
            ReportRange(since: head, until: tail, step: .daily, name: nil),
            ReportRange(since: tail, until: until, step: step, name: nil),
        ].filter { $0.since < $0.until }
    }

    /// Where its steps begin, none that has not begun.
    func steps(now: Date) -> [Date] {
        Array(stride(from: since.timeIntervalSince1970, to: until.timeIntervalSince1970, by: step.seconds))
            .filter { $0 <= now.timeIntervalSince1970 }.map { Date(timeIntervalSince1970: $0) }
    }

    /// Reviews are few: a point of theirs is a day, from ten days on a week, from a hundred on four weeks. Of less than two
    /// days there is no curve.
    var daysOfQuality: Int? {
        let days = until.timeIntervalSince(since) / 86_400
        return days < 2 ? nil : days <= 10 ? 1 : days <= 100 ? 7 : 28
    }
}
