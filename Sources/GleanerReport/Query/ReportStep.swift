public import Foundation

/// How far apart a report's points stand. The raw value is in seconds.
public enum ReportStep: Int, Sendable, Hashable {
    case recent = 300
    case hourly = 3600
    case daily = 86_400

    public var seconds: Double { Double(rawValue) }

    /// The ending of the views that have it.
    var view: String {
        switch self {
        case .recent: "recent"
        case .hourly: "hourly"
        case .daily: "daily"
        }
    }

    /// What users and moderation said is counted by the hour at the least.
    public var ofJudgements: ReportStep { self == .recent ? .hourly : self }

    /// Where the step that has this moment begins (UTC).
    public func begin(of moment: Date) -> Date {
        Date(timeIntervalSince1970: (moment.timeIntervalSince1970 / seconds).rounded(.down) * seconds)
    }

    /// The first beginning of a step at or after it.
    public func end(of moment: Date) -> Date {
        Date(timeIntervalSince1970: (moment.timeIntervalSince1970 / seconds).rounded(.up) * seconds)
    }
}
