import ServiceLifecycle

/// Does `work` now and again after each `interval`, until a graceful shutdown or a cancellation, which end what is under way.
///
/// What the housekeeping services run: `work` itself says what went wrong and tries again the next time.
public func repeating(
    every interval: Duration, after delay: Duration = .zero, _ work: @escaping @Sendable () async -> Void
) async {
    await cancelWhenGracefulShutdown {
        if delay > .zero { try? await Task.sleep(for: delay) }
        while !Task.isCancelled {
            await work()
            try? await Task.sleep(for: interval)
        }
    }
}
