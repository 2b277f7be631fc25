import GleanerCore
import GleanerJobs
import OTLP
import ServiceLifecycle

/// Empties the queue of spans. A batch that a collector does not take is tried for about a minute, while what follows
/// gathers in the queue.
struct SpanExport: Service {
    static let tries = 6

    let sender: OTLPSender
    let queue: SpanQueue
    let delay: Duration
    let batchLimit: Int
    let textLimit: Int?
    let counts: TelemetryCounts

    func run() async throws {
        await repeating(every: delay) { await drain() }
        // What is left has one chance, and no more than the stop can spare.
        while !Task.isCancelled {
            let batch = queue.take(batchLimit)
            guard !batch.isEmpty, await send(batch, tries: 1, within: .seconds(2)) else { break }
        }
        while case let rest = queue.take(batchLimit), !rest.isEmpty {
            counts.dropped(rest.reduce(0) { $0 + $1.spanCount }, .traces, .unreachable)
        }
    }

    func drain() async {
        while !Task.isCancelled {
            let batch = queue.take(batchLimit)
            guard !batch.isEmpty else { return }
            let isAnswered = await send(batch, tries: Self.tries)
            // Nobody knows whether it was taken: the last try sends it again, under the same ids.
            if !isAnswered, Task.isCancelled { queue.putBack(batch) }
        }
    }

    /// - Returns: whether the collector answers.
    private func send(_ calls: [StoredCall], tries: Int, within timeout: Duration? = nil) async -> Bool {
        let spans = calls.flatMap { ExchangeSpans($0, textLimit: textLimit).all }
        var scope = OTLPScopeSpans()
        scope.scope = OTLPSender.scope
        scope.spans = spans
        var resource = OTLPResourceSpans()
        resource.resource = sender.resource
        resource.scopeSpans = [scope]
        var export = OTLPTraceExport()
        export.resourceSpans = [resource]
        var pause = Duration.seconds(1)
        trying: for number in 1...tries {
            let answer = await sender.send(export, as: .traces, within: timeout)
            counts.note(answer, to: spans.count, .traces)
            switch answer {
            case .taken, .refused: return true
            case .later(let after):
                if Task.isCancelled, tries > 1 { return false }
                guard number < tries else { break trying }
                try? await Task.sleep(for: max(pause, after ?? .zero))
                pause = min(pause * 2, .seconds(32))
            }
        }
        counts.dropped(spans.count, .traces, .unreachable)
        return false
    }
}
