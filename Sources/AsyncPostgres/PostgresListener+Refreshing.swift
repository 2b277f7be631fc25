import ServiceLifecycle

extension PostgresListener {
    /// Listens, and calls `refresh` at once, whenever something is told, and every `interval` besides: a net below
    /// notifications, which come within milliseconds.
    ///
    /// One call at a time: what it puts in force is never older than what it put in force before. Returns at a graceful
    /// shutdown or a cancellation.
    public func refresh(every interval: Duration, _ refresh: @escaping @Sendable () async -> Void) async {
        let (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        await cancelWhenGracefulShutdown {
            await withTaskGroup { group in
                group.addTask { try? await self.run() }
                group.addTask { for await _ in self.notifications { wake.yield() } }
                group.addTask {
                    while !Task.isCancelled {
                        wake.yield()
                        try? await Task.sleep(for: interval)
                    }
                    wake.finish()
                }
                group.addTask { for await _ in wakes { await refresh() } }
            }
        }
    }
}
