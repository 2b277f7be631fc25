public import Foundation

/// How one try at a provider ended before anything of its answer was passed on.
public enum AttemptOutcome: Sendable, Hashable {
    /// A head came. `retryAfter` is what the provider asks to wait, `shouldRetry` its `x-should-retry`.
    case answered(status: Int, retryAfter: Duration? = nil, shouldRetry: Bool? = nil)
    /// No connection, or one that broke before a head came.
    case connectionFailed
    /// A deadline passed before a head came.
    case timedOut
    /// What trying again cannot mend: a certificate that cannot be trusted, an answer that is no HTTP.
    case unusable

    /// - Parameters:
    ///   - headers: names in lower case.
    ///   - now: what a `Retry-After` that is a date counts from.
    /// Source: RFC 9110 §10.2.3; `retry-after-ms` and `x-should-retry` as OpenAI's SDKs read them.
    public init(status: Int, headers: [String: String], now: Date) {
        let shouldRetry: Bool? =
            switch headers["x-should-retry"] {
            case "true": true
            case "false": false
            default: nil
            }
        self = .answered(
            status: status,
            retryAfter: Self.milliseconds(headers["retry-after-ms"])
                ?? Self.secondsOrDate(headers["retry-after"], now: now),
            shouldRetry: shouldRetry)
    }

    private static func milliseconds(_ text: String?) -> Duration? {
        guard let value = text.flatMap(Double.init), value.isFinite, value >= 0 else { return nil }
        return .milliseconds(Int64(min(value, 1e12)))
    }

    private static func secondsOrDate(_ text: String?, now: Date) -> Duration? {
        guard let text else { return nil }
        if let value = Double(text) { return milliseconds("\(value * 1000)") }
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(secondsFromGMT: 0)
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        guard let date = format.date(from: text) else { return nil }
        return milliseconds("\(max(0, date.timeIntervalSince(now) * 1000))")
    }
}
