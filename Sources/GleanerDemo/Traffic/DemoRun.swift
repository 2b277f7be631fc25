import GleanerCore
import Synchronization

/// Drives a gateway the way a small product would: people talk to two bots, a few of them judge the answers, two
/// reviewers work through the queue, and the best exchanges become a dataset version.
///
/// Everything goes over the gateway's own HTTP faces. Who talks, about what, and what they think is decided by the
/// seed; only the order in which conversations interleave is not. A failed request is counted and not repeated.
public struct DemoRun: Sendable {
    public typealias Progress = @Sendable (_ stage: DemoStage, _ done: Int, _ total: Int) -> Void

    let configuration: DemoRunConfiguration
    let plan: DemoPlan
    let gateway: GatewayClient
    let ledger = DemoLedger()
    let progress: Progress

    init(configuration: DemoRunConfiguration, transport: any GatewayTransport, progress: @escaping Progress) {
        self.configuration = configuration
        self.plan = DemoPlan(seed: configuration.seed, conversations: configuration.conversations)
        self.gateway = GatewayClient(configuration: configuration, transport: transport)
        self.progress = progress
    }

    /// - Throws: `DemoError`, or `CancellationError`.
    public func run() async throws -> DemoReport {
        try await converse()
        try await review()
        try await promote()
        return report
    }

    /// What has been done so far; also what there is to tell after `run()` has thrown.
    public var report: DemoReport { ledger.report }

    private func converse() async throws {
        let total = plan.conversations.count
        progress(.conversations, 0, total)
        try await withThrowingTaskGroup(of: Void.self) { group in
            var done = 0
            for (index, conversation) in plan.conversations.enumerated() {
                if index >= configuration.concurrency {
                    try await group.next()
                    done += 1
                    progress(.conversations, done, total)
                }
                group.addTask { try await hold(conversation) }
            }
            while try await group.next() != nil {
                done += 1
                progress(.conversations, done, total)
            }
        }
    }
}

/// The report as it grows, shared by the conversations that run at once.
final class DemoLedger: Sendable {
    private let state = Mutex(DemoReport())

    var report: DemoReport { state.withLock { $0 } }

    func note(_ change: (inout DemoReport) -> Void) { state.withLock { change(&$0) } }
}
