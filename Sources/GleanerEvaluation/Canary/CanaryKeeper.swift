public import AsyncPostgres
public import Foundation
import GleanerCore
import GleanerJobs
public import Logging
public import ServiceLifecycle

/// Looks at every running canary again and again, and decides. One process at a time does, whichever holds the lock.
public struct CanaryKeeper: Service {
    private let store: PostgresCanaryStore
    private let reader: CanaryReader
    private let routes: any RouteWeights
    private let interval: Duration
    private let logger: Logger
    private let now: @Sendable () -> Date

    public init(
        pool: PostgresPool, routes: any RouteWeights, interval: Duration = .seconds(60), logger: Logger,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        store = PostgresCanaryStore(pool: pool)
        reader = CanaryReader(pool: pool)
        self.routes = routes
        self.interval = interval
        self.logger = logger
        self.now = now
    }

    public func run() async throws {
        await repeating(every: interval) { await lookOnce() }
    }

    /// Looks at all of them, unless another process does at the moment.
    public func lookOnce() async {
        do {
            try await store.pool.alone(as: "gleaner.canaries") {
                for canary in try await store.running() { await lookKeepingOn(canary) }
            }
        } catch {
            if !Task.isCancelled {
                logger.warning("canaries could not be looked at", metadata: ["error": "\(error)"])
            }
        }
    }

    /// One that cannot be looked at does not keep the others from it.
    private func lookKeepingOn(_ canary: Canary) async {
        do {
            try await look(canary)
        } catch {
            if !Task.isCancelled {
                logger.warning(
                    "a canary could not be looked at",
                    metadata: ["canary.id": "\(canary.id)", "error": "\(error)"])
            }
        }
    }

    func look(_ canary: Canary) async throws {
        if let pending = canary.pending {
            try await CanaryActor(store: store, routes: routes, now: now).carryOut(
                pending, of: canary.id, in: canary.project)
            return
        }
        guard try await isAsLeft(canary) else { return }
        let now = now()
        let news = try await reader.gather(canary, until: now)
        let evidence = CanaryEvidence(
            try await reader.arms(canary), step: canary.step, share: canary.plan.steps[canary.step],
            minutes: now.timeIntervalSince(canary.stepSince) / 60, canary.plan)
        if news > 0 { for metric in evidence.metrics { try await store.point(metric, of: canary, at: now) } }
        // A person's word: it is watched, and left alone.
        guard canary.pinnedAt == nil else { return }
        try await act(on: CanaryMove(evidence, canary.plan), evidence, canary)
    }

    /// A route that a person edited since is theirs.
    private func isAsLeft(_ canary: Canary) async throws -> Bool {
        let current = try await routes.route(canary.route, in: canary.project)
        if current?.route == canary.expected { return true }
        guard canary.reason != .routeEdited, canary.pinnedAt == nil else { return false }
        let edits = try await routes.edits(since: canary.stepVersion, in: canary.project)
        let who = edits.first.map { "the newest edit of the routes is version \($0.version) by \($0.author)" }
        let why =
            "Route \(canary.route) is not as the canary left it\(who.map { "; \($0)" } ?? ""). It stands still until somebody unpins it, which takes the route as it is, or ends it."
        let decision = NewDecision(
            kind: .standStill, why: why,
            evidence: ["routes_version": current.map { .integer($0.version) } ?? .null])
        try await store.note(decision, over: canary, reason: .routeEdited)
        logger.notice("a canary stands still: its route was edited", metadata: ["canary.id": "\(canary.id)"])
        return false
    }

    private func act(on move: CanaryMove, _ evidence: CanaryEvidence, _ canary: Canary) async throws {
        let numbers = try StoredJSON.value(evidence)
        switch move {
        case .gather: try await store.gathering(canary)
        case .hold(let reason, let why):
            try await store.note(NewDecision(kind: .hold, why: why, evidence: numbers), over: canary, reason: reason)
        case .advance(let why):
            try await change(canary, .advance, share: canary.plan.steps[canary.step + 1], why: why, numbers)
        case .promote(let why): try await change(canary, .promote, share: 1, why: why, numbers)
        case .rollBack(let why): try await change(canary, .rollBack, share: 0, why: why, numbers)
        }
    }

    private func change(
        _ canary: Canary, _ kind: Decision.Kind, share: Double, why: String, _ numbers: JSONValue
    ) async throws {
        let decision = NewDecision(
            kind: kind, why: why, evidence: numbers,
            weights: canary.expected.weights(candidate: canary.candidate, incumbent: canary.incumbent, share: share))
        guard try await store.intend(decision, over: canary, byPerson: false) else { return }
        logger.notice(
            "canary decided",
            metadata: [
                "canary.id": "\(canary.id)", "decision.kind": "\(kind.rawValue)", "canary.route": "\(canary.route)",
            ])
        try await CanaryActor(store: store, routes: routes, now: now).carryOut(
            decision.id, of: canary.id, in: canary.project)
    }
}
