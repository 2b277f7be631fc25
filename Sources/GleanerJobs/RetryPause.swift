/// How long a failed job waits: 1 s, doubled with each attempt up to an hour, each spread by half so that jobs that failed
/// together do not come back together.
public enum RetryPause {
    public static let longest = Duration.seconds(3600)

    /// - Parameters:
    ///   - attempt: the one that failed, from 1.
    ///   - spread: 0.5 … 1.5.
    public static func after(
        attempt: Int, spread: Double = .random(in: 0.5...1.5)
    ) -> Duration {
        // 2¹² s is more than an hour already; the shift stays small whatever comes in.
        min(.seconds(1) * (1 << min(max(attempt - 1, 0), 12)), longest) * min(max(spread, 0.5), 1.5)
    }
}
