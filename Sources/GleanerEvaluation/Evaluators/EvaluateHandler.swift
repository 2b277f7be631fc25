public import AsyncPostgres
import GleanerCore
public import GleanerJobs

extension JobKind {
    /// Evaluates exchanges that have landed, or have been corrected.
    public static let evaluate: JobKind = "evaluate"
    /// Evaluates what is stored already.
    public static let backfill: JobKind = "evaluate.backfill"
}

/// Evaluates exchanges by the project's policy in force: jobs of kind `evaluate`.
///
/// What has a result of the same evaluator and version is passed over, so a job that is done again costs little. One evaluator's
/// failure is no other's: what can help is tried again later, the rest is stored as failed.
public struct EvaluateHandler: JobHandler {
    /// Exchanges of one job.
    static let batch = 200

    public let kind = JobKind.evaluate
    public let concurrency: Int
    public let lease = Duration.seconds(120)
    public let givesWay = true
    private let work: EvaluatorWork

    public init(
        pool: PostgresPool, bench: EvaluatorBench, metrics: EvaluatorMetrics = EvaluatorMetrics(), concurrency: Int = 2
    ) {
        self.concurrency = concurrency
        work = EvaluatorWork(pool: pool, bench: bench, metrics: metrics)
    }

    public func run(_ job: RunningJob) async throws {
        guard let project = job.lease.project else { throw JobFailure.permanent(reason: "no project") }
        let landed = EvaluatorPayload.ids(job.payload, EvaluatorPayload.landed)
        let corrected = EvaluatorPayload.ids(job.payload, EvaluatorPayload.corrected)
        var failures = try await work.evaluate(landed, in: project, job)
        failures += try await work.evaluate(corrected, in: project, job, onlyCorrected: true)
        try Task.checkCancellation()
        if let failure = failures.sorted().first {
            throw JobFailure.later(after: RetryPause.after(attempt: job.lease.attempt), reason: failure)
        }
    }
}

/// What jobs are told.
enum EvaluatorPayload {
    static let landed = "exchanges"
    static let corrected = "corrected"

    static func ids(_ payload: JSONValue, _ list: String) -> [ID<Exchange>] {
        var seen: Set<ID<Exchange>> = []
        return payload[list]?.arrayValue?.compactMap { $0.stringValue.flatMap { ID($0) } }
            .filter { seen.insert($0).inserted } ?? []
    }
}

/// Runs a policy's evaluators over exchanges and stores what comes of it.
struct EvaluatorWork: Sendable {
    let store: EvaluatorStore
    let policies: EvaluatorPolicyStore
    let bench: EvaluatorBench
    let metrics: EvaluatorMetrics

    init(pool: PostgresPool, bench: EvaluatorBench, metrics: EvaluatorMetrics) {
        store = EvaluatorStore(pool: pool)
        policies = EvaluatorPolicyStore(pool: pool)
        self.bench = bench
        self.metrics = metrics
    }

    /// - Parameters:
    ///   - onlyCorrected: asks only evaluators that compare with a correction, and again where they have said something.
    ///   - names: only these evaluators; `nil` for all.
    /// - Returns: what is worth another try, as evaluator and reason.
    func evaluate(
        _ ids: [ID<Exchange>], in project: ID<Project>, _ job: RunningJob, onlyCorrected: Bool = false,
        names: Set<String>? = nil
    ) async throws -> [String] {
        guard !ids.isEmpty else { return [] }
        let version = try await policies.current(of: project)
        let chosen = version.policy.evaluators.filter { !$0.isPaused && names?.contains($0.name) ?? true }
            .map { (choice: $0, evaluator: bench.evaluator($0)) }.filter {
                !onlyCorrected || $0.evaluator.readsCorrection
            }
        guard !chosen.isEmpty else { return [] }
        let known = try await store.known(of: ids, in: project)
        let exchanges = try await store.exchanges(
            ids, in: project, withRequest: chosen.contains { $0.evaluator.readsRequest })
        var failures: [String] = []
        for (choice, evaluator) in chosen {
            let done = known[EvaluatorStore.key(choice.name, evaluator.version)] ?? []
            let asked = exchanges.filter {
                // Where the correction was taken back, the figures go, too.
                EvaluatorDraw.draws($0.id, for: choice, in: project)
                    && (onlyCorrected ? $0.correction != nil || done.contains($0.id) : !done.contains($0.id))
            }
            guard !asked.isEmpty else { continue }
            let outcomes = await evaluator.evaluate(asked)
            // What a stop cut short says nothing; the job is given back.
            try Task.checkCancellation()
            let results = zip(asked, outcomes).map { exchange, outcome in
                EvaluatorStore.Result(
                    exchange: exchange.id, evaluator: choice.name, version: evaluator.version,
                    probability: choice.share, outcome: outcome)
            }
            // Each evaluator's by itself: what one has said is kept, however the next one fares.
            try await store.write(
                results, by: version.version, in: project, keepsOld: evaluator.readsCorrection, holding: job)
            metrics.count(outcomes, of: choice.kind)
            for case .failed(let reason, true) in outcomes {
                failures.append("\(choice.name): \(reason)")
                break
            }
        }
        return failures
    }
}
