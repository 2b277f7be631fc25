public import Foundation

/// A day of the week and a time of the day, UTC: `mon 07:00`.
public struct WeeklySchedule: Sendable, Hashable, LosslessStringConvertible {
    private static let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    private static let day: Double = 86_400

    /// From Monday, 0.
    let weekday: Int
    let minutes: Int

    public init?(_ text: String) {
        guard let match = text.lowercased().wholeMatch(of: /([a-z]{3}) ([01]\d|2[0-3]):([0-5]\d)/),
            let weekday = Self.days.firstIndex(of: String(match.1)), let hour = Int(match.2), let minute = Int(match.3)
        else { return nil }
        self.weekday = weekday
        minutes = hour * 60 + minute
    }

    public var description: String {
        "\(Self.days[weekday]) " + String(format: "%02d:%02d", minutes / 60, minutes % 60)
    }

    /// The newest moment that it names, not after `now`.
    public func newest(before now: Date) -> Date {
        // 1970 began on a Thursday: Monday of that week is day -3.
        let monday = -3 * Self.day
        let offset = monday + Double(weekday) * Self.day + Double(minutes) * 60
        let weeks = ((now.timeIntervalSince1970 - offset) / (7 * Self.day)).rounded(.down)
        return Date(timeIntervalSince1970: offset + weeks * 7 * Self.day)
    }
}
