public import GleanerJobs

extension JobQueue {
    /// Runs what is due of these handlers once, as a worker would, and says how each run ended.
    public func runDue(_ handlers: [any JobHandler], limit: Int = 100) async throws -> [Result<Void, any Error>] {
        var ends: [Result<Void, any Error>] = []
        for handler in handlers {
            for lease in try await claim(handler.kind, limit: limit, lease: .seconds(60)) {
                do {
                    try await handler.run(RunningJob(lease: lease, queue: self, leaseDuration: .seconds(60)))
                    try await complete(lease)
                    ends.append(.success(()))
                } catch {
                    try await fail(lease, reason: "\(error)", pause: .zero)
                    ends.append(.failure(error))
                }
            }
        }
        return ends
    }
}
