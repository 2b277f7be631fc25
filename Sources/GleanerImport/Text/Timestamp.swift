import Foundation

/// Points in time as logs write them, to the millisecond: ids carry no more, and the same record must give the same id.
enum Timestamp {
    /// 2015: before anybody called a model. Up to five minutes ahead, because clocks differ.
    static func isPlausible(_ time: Date, now: Date) -> Bool {
        time.timeIntervalSince1970 >= 1_420_070_400 && time <= now + 300
    }

    /// Seconds since 1970, or milliseconds when there are too many for seconds.
    static func reading(_ number: Double) -> Date? {
        guard number.isFinite, abs(number) < 1e15 else { return nil }
        return rounded(number > 100_000_000_000 ? number / 1000 : number)
    }

    /// ISO 8601, a space instead of `T` too; without an offset it is UTC. Or a number as above.
    static func reading(_ text: String) -> Date? {
        if let number = Double(text) { return reading(number) }
        let pattern =
            /(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?\s?(?:Z|z|UTC|([+-])(\d\d):?(\d\d)?)?/
        guard let match = text.wholeMatch(of: pattern), let year = Int(match.1), let month = Int(match.2),
            let day = Int(match.3), let hour = Int(match.4), let minute = Int(match.5), let second = Int(match.6),
            (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60
        else { return nil }
        let fraction = match.7.flatMap { Double("0." + $0) } ?? 0
        var seconds = Double(days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second) + fraction
        if let sign = match.8, let hours = match.9.flatMap({ Int($0) }) {
            let offset = Double(hours * 3600 + (match.10.flatMap { Int($0) } ?? 0) * 60)
            seconds += sign == "-" ? offset : -offset
        }
        return rounded(seconds)
    }

    static func rounded(_ seconds: Double) -> Date {
        Date(timeIntervalSince1970: (seconds * 1000).rounded() / 1000)
    }

    /// Days since 1970-01-01 of the Gregorian calendar, counted in years that begin in March.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let year = month <= 2 ? year - 1 : year
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return year * 365 + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
    }
}
