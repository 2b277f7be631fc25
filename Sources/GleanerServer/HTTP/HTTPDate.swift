import Glibc
import Synchronization

/// The time as answers' `Date` fields say it (RFC 9110, 5.6.7), made once a second.
final class HTTPDate: Sendable {
    private let made = Mutex((second: -1, text: ""))

    /// - Parameter second: since 1970.
    func text(at second: Int = time(nil)) -> String {
        made.withLock { made in
            if made.second != second { made = (second, Self.text(second)) }
            return made.text
        }
    }

    private static func text(_ second: Int) -> String {
        var second = second
        var parts = tm()
        unsafe gmtime_r(&second, &parts)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return
            "\(days[Int(parts.tm_wday)]), \(two(parts.tm_mday)) \(months[Int(parts.tm_mon)]) \(1900 + parts.tm_year) "
            + "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)) GMT"
    }

    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
