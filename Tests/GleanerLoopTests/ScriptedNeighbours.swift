import Foundation
import GleanerCore
import GleanerLoop
import Synchronization

/// Datasets, trainer, gate, canaries and routes that keep the promises of the real ones: what is asked for twice under one
/// key is made once. Counts what was made. Dies at its n-th moment: before and after every call is one.
final class ScriptedNeighbours: LoopDatasets, LoopTuner, LoopGate, LoopCanaries, LoopVariants {
    struct Killed: Error {}
    struct Away: Error {}
    struct Refusal: Explained, Hashable {
        let explanation: Explanation
    }

    struct Script: Sendable {
        var versions: [(key: String, version: LoopVersion)] = []
        var jobs: [(confirm: String, job: LoopTuningJob, by: String)] = []
        var evaluations: [(key: String, evaluation: LoopEvaluation)] = []
        var canaries: [(name: String, canary: LoopCanary, evaluation: String?)] = []
        var variants: [(name: String, model: LoopModel)] = [("base", LoopModel(provider: "default", model: "old"))]
        var estimates = 0
        var newsLooks = 0
        var cancelled: [String] = []

        var material = 100
        var news = LoopNews(added: 60)
        var comparison: LoopComparison?
        var approvals = 0
        var approvalsNeeded = 0
        var usd: Double? = 3
        var gateUSD: Double? = 1
        var price = 1
        var jobState = LoopTuningJob.State.succeeded(model: "ft:new")
        var gateState = LoopEvaluation.State.passed("Better.")
        var canaryState = LoopCanary.State.promoted
        var isBusy = false
        var refusal: Explanation?
        var isWithdrawn = false
    }

    let script = Mutex(Script())
    private let moments = Mutex((now: 0, deadline: Int.max))

    func dies(at moment: Int) { moments.withLock { $0 = (0, moment) } }
    var lived: Int { moments.withLock { $0.now } }

    private func moment() throws {
        let isDead = moments.withLock { moments in
            moments.now += 1
            return moments.now == moments.deadline
        }
        if isDead { throw Killed() }
    }
    private func during<Value>(_ call: (inout Script) throws -> Value) throws -> Value where Value: Sendable {
        try moment()
        if let refusal = script.withLock({ $0.refusal }) { throw Refusal(explanation: refusal) }
        let value = try script.withLock { try call(&$0) }
        try moment()
        return value
    }

    var neighbours: LoopNeighbours {
        LoopNeighbours(datasets: self, tuner: self, gate: self, canaries: self, variants: self)
    }

    // MARK: Datasets

    func check(_ policy: LoopDocument.Policy, in project: ID<Project>) async throws {}
    func newest(of dataset: String, in project: ID<Project>) async throws -> LoopVersion? {
        try during { $0.versions.last?.version }
    }
    func version(_ id: UUID, in project: ID<Project>) async throws -> LoopVersion? {
        try during { script in
            guard var version = script.versions.first(where: { $0.version.id == id })?.version else { return nil }
            version.approvals = script.approvals
            version.isWithdrawn = script.isWithdrawn
            return version
        }
    }
    func material(for dataset: String, since: Date?, in project: ID<Project>, limit: Int) async throws -> Int {
        try during { min($0.material, limit) }
    }
    func news(
        of dataset: String, by policy: LoopDocument.Policy, beside version: LoopVersion?, in project: ID<Project>
    ) async throws -> LoopNews {
        try during {
            $0.newsLooks += 1
            return $0.news
        }
    }
    func build(
        _ dataset: String, by policy: LoopDocument.Policy, key: String, author: String, in project: ID<Project>
    ) async throws -> LoopVersion {
        try during { script in
            if let known = script.versions.first(where: { $0.key == key }) { return known.version }
            let version = LoopVersion(
                id: UUID(), dataset: dataset, number: script.versions.count + 1, train: 60, validation: 5, holdout: 80,
                approvalsNeeded: script.approvalsNeeded, approvals: 0, isWithdrawn: false, createdAt: Date())
            script.versions.append((key, version))
            return version
        }
    }
    func compare(_ version: LoopVersion, in project: ID<Project>) async throws -> LoopComparison? {
        try during { $0.comparison }
    }

    // MARK: Tuner

    func check(_ choice: LoopDocument.TuneChoice) async throws {}
    func estimate(_ order: LoopTuningOrder, in project: ID<Project>) async throws -> LoopTuningEstimate {
        try during { script in
            script.estimates += 1
            return LoopTuningEstimate(
                usd: script.usd, billedTokens: 1000, confirm: "\(script.estimates)@\(script.price)")
        }
    }
    func start(
        _ order: LoopTuningOrder, confirm: String, by person: String, in project: ID<Project>
    ) async throws -> LoopTuningJob? {
        try during { script in
            guard confirm.hasSuffix("@\(script.price)") else { return nil }
            if let known = script.jobs.first(where: { $0.confirm == confirm }) { return known.job }
            let job = LoopTuningJob(id: "job-\(script.jobs.count + 1)", state: script.jobState)
            script.jobs.append((confirm, job, person))
            return job
        }
    }
    func job(confirmed: String, in project: ID<Project>) async throws -> LoopTuningJob? {
        try during { script in
            script.jobs.first { $0.confirm == confirmed }.map { LoopTuningJob(id: $0.job.id, state: script.jobState) }
        }
    }
    func cancel(_ id: String, by person: String, in project: ID<Project>) async throws {
        try during { $0.cancelled.append(id) }
    }

    // MARK: Gate

    func check(_ policy: JSONValue, incumbent: JSONValue?) async throws {}
    func model(_ document: JSONValue) throws -> LoopModel {
        LoopModel(provider: "default", model: document["model"]?.stringValue ?? "")
    }
    func estimate(_ order: LoopGateOrder, in project: ID<Project>) async throws -> Double? {
        try during { $0.gateUSD }
    }
    func evaluation(under key: String, in project: ID<Project>) async throws -> LoopEvaluation? {
        try during { script in
            script.evaluations.first { $0.key == key }.map {
                LoopEvaluation(id: $0.evaluation.id, state: script.gateState)
            }
        }
    }
    func start(
        _ order: LoopGateOrder, key: String, by author: String, in project: ID<Project>
    ) async throws -> LoopEvaluation {
        try during { script in
            let evaluation = LoopEvaluation(id: "evaluation-\(script.evaluations.count + 1)", state: script.gateState)
            script.evaluations.append((key, evaluation))
            return evaluation
        }
    }

    // MARK: Canaries and variants

    func check(_ plan: JSONValue) async throws {}
    func canary(of candidate: String, on route: String, in project: ID<Project>) async throws -> LoopCanary? {
        try during { script in
            script.canaries.first { $0.name == candidate }.map {
                LoopCanary(id: $0.canary.id, state: script.canaryState)
            }
        }
    }
    func isBusy(_ route: String, in project: ID<Project>) async throws -> Bool { try during { $0.isBusy } }
    func start(_ order: LoopCanaryOrder, by author: String, in project: ID<Project>) async throws -> LoopCanary? {
        try during { script in
            let canary = LoopCanary(id: "canary-\(script.canaries.count + 1)", state: script.canaryState)
            script.canaries.append((order.candidate, canary, order.evaluation))
            return canary
        }
    }
    func variant(
        _ name: String?, of route: String, besides candidate: String?, in project: ID<Project>
    ) async throws -> (name: String, model: LoopModel)? {
        try during { script in script.variants.first { $0.name != candidate } }
    }
    func add(
        _ name: String, of family: String, asking model: LoopModel, to route: String, note: String,
        in project: ID<Project>
    ) async throws -> Bool {
        try during { script in
            if let there = script.variants.first(where: { $0.name == name }) { return there.model == model }
            script.variants.append((name, model))
            return true
        }
    }
}
