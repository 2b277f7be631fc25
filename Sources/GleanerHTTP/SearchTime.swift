public import Foundation

/// Times as people write them into a search.
public enum SearchTime {
    /// An id carries its time in 48 bits of milliseconds, and databases their own limits: 2000 to 2100 is enough.
    static let range = Date(timeIntervalSince1970: 946_684_800)..<Date(timeIntervalSince1970: 4_102_444_800)

    /// ISO 8601, as far as minutes or seconds and with `Z` or an offset, a day alone, or a span of up to 9,999 minutes,
    /// hours, days or weeks before now: `30m`, `24h`, `7d`, `4w`. What names no zone is UTC.
    public static func reading(_ text: String, now: Date) -> Date? {
        guard let time = span(text, before: now) ?? moment(text), range.contains(time) else { return nil }
        return time
    }

    private static func span(_ text: String, before now: Date) -> Date? {
        guard let match = text.wholeMatch(of: /(\d{1,4})([mhdw])/), let count = Double(match.1) else { return nil }
        let unit: Double =
            switch match.2 {
            case "m": 60
            case "h": 3600
            case "d": 86_400
            default: 7 * 86_400
            }
        return now.addingTimeInterval(-count * unit)
    }

    private static func moment(_ text: String) -> Date? {
        let pattern =
            /(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:Z|([+-])(\d\d):(\d\d))?)?/
        guard let match = text.wholeMatch(of: pattern) else { return nil }
        func number(_ part: Substring?) -> Int { part.flatMap { Int($0) } ?? 0 }
        let parts = DateComponents(
            calendar: calendar, year: number(match.1), month: number(match.2), day: number(match.3),
            hour: number(match.4), minute: number(match.5), second: number(match.6))
        // A calendar would take the 30th of February for the 2nd of March.
        guard parts.isValidDate, let time = parts.date else { return nil }
        let offset = Double(number(match.9) * 3600 + number(match.10) * 60) * (match.8 == "-" ? -1 : 1)
        return time.addingTimeInterval(match.7.flatMap { Double("0.\($0)") } ?? 0).addingTimeInterval(-offset)
    }

    private static let calendar: Calendar = {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar
    }()
}
