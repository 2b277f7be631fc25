/// Pauses between attempts to connect: 50 ms, doubled up to 1.6 s, each spread by half so that not all come at once.
enum Backoff {
    static func pause(afterFailures failures: Int) -> Duration {
        let step = min(max(failures - 1, 0), 5)
        return .milliseconds(50) * (1 << step) * Double.random(in: 0.5...1.5)
    }
}
