import AsyncCurl
import Foundation

/// Which answers are worth asking again for, and when: the policy of OpenAI's own SDK.
///
/// Source: `openai-python` 3.52.0, `_base_client.py`: `x-should-retry` decides where it is sent; else 408, 409, 429 and
/// from 500 on. `retry-after-ms`, then `retry-after`, in seconds or as a date, if at most 120 s; else 0.5 s · 2ⁿ up to 8 s,
/// less up to a quarter.
struct RetryPolicy: Sendable {
    static let retries = 2
    private static let longestAsked = 120.0

    static func isWorthIt(status: Int, shouldRetry: String?, code: String?) -> Bool {
        // No money is no matter of time, whatever else is said.
        if code == "insufficient_quota" { return false }
        switch shouldRetry?.lowercased() {
        case "true": return true
        case "false": return false
        default: return status == 408 || status == 409 || status == 429 || status >= 500
        }
    }

    /// - Parameters:
    ///   - attempt: the one that failed, from 0.
    ///   - spread: 0…1.
    static func pause(
        attempt: Int, milliseconds: String?, after: String?, now: Date = Date(),
        spread: Double = .random(in: 0...1)
    ) -> Duration {
        if let asked = asked(milliseconds, after, now), asked > 0, asked <= longestAsked { return .seconds(asked) }
        let base = min(0.5 * Double(1 << min(max(attempt, 0), 10)), 8)
        return .seconds(base * (1 - 0.25 * min(max(spread, 0), 1)))
    }

    private static func asked(_ milliseconds: String?, _ after: String?, _ now: Date) -> Double? {
        if let milliseconds = milliseconds.flatMap(Double.init), milliseconds.isFinite { return milliseconds / 1000 }
        guard let after else { return nil }
        if let seconds = Double(after) { return seconds.isFinite ? seconds : nil }
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(identifier: "GMT")
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
        return format.date(from: after).map { $0.timeIntervalSince(now) }
    }
}
