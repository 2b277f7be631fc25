public import AsyncPostgres
import Foundation
import GleanerCore
public import GleanerJobs

/// Evaluates what is stored already, by the policy in force: jobs of kind `evaluate.backfill`.
///
/// Walks the project's exchanges, oldest first, page by page; where it is and how many are left is told with every page, so a
/// job that is begun again goes on from there. What is worth another try is left to jobs of kind `evaluate`.
public struct BackfillHandler: JobHandler {
    public let kind = JobKind.backfill
    public let lease = Duration.seconds(120)
    private let work: EvaluatorWork

    public init(pool: PostgresPool, bench: EvaluatorBench, metrics: EvaluatorMetrics = EvaluatorMetrics()) {
        work = EvaluatorWork(pool: pool, bench: bench, metrics: metrics)
    }

    public func run(_ job: RunningJob) async throws {
        guard let project = job.lease.project else { throw JobFailure.permanent(reason: "no project") }
        let since = job.payload["since"]?.doubleValue.map { Date(timeIntervalSince1970: $0) }
        let names = job.payload["evaluators"]?.arrayValue.map { Set($0.compactMap(\.stringValue)) }
        var progress = BackfillProgress(job.lease.progress)
        if progress.total == nil { progress.total = try await work.store.count(of: project, since: since) }
        while !Task.isCancelled {
            let page = try await work.store.page(
                of: project, after: progress.cursor, since: since, limit: EvaluateHandler.batch)
            guard let last = page.last else { return try await job.report(progress.value) }
            let failures = try await work.evaluate(page, in: project, job, names: names)
            if !failures.isEmpty {
                try await job.queue.gather(
                    page.map { .string($0.description) }, in: EvaluatorPayload.landed, of: .evaluate, project: project,
                    limit: EvaluateHandler.batch)
            }
            progress.cursor = last
            progress.seen += page.count
            progress.left += failures.isEmpty ? 0 : page.count
            try await job.report(progress.value)
        }
        try Task.checkCancellation()
    }
}

/// How far a backfill is, as its job tells it.
struct BackfillProgress: Sendable, Hashable {
    var cursor: ID<Exchange>?
    var seen = 0
    /// Exchanges there were when it began.
    var total: Int?
    /// Left to later tries, because a provider gave nothing.
    var left = 0

    init(_ value: JSONValue?) {
        cursor = value?["cursor"]?.stringValue.flatMap { ID($0) }
        seen = value?["exchanges"]?.intValue.map { Int($0) } ?? 0
        total = value?["of"]?.intValue.map { Int($0) }
        left = value?["left"]?.intValue.map { Int($0) } ?? 0
    }

    var value: JSONValue {
        [
            "cursor": cursor.map { .string($0.description) } ?? .null, "exchanges": .integer(Int64(seen)),
            "of": total.map { .integer(Int64($0)) } ?? .null, "left": .integer(Int64(left)),
        ]
    }
}
