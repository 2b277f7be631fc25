public import AsyncPostgres
public import Foundation
public import GleanerCore

/// What people do with canaries.
public struct CanaryService: Sendable {
    /// What is wanted of a canary.
    public struct Request: Sendable {
        public var route: String
        public var candidate: String
        public var incumbent: String
        public var plan = CanaryPlan()
        /// The gate that the candidate passed.
        public var evaluation: ID<Evaluation>?
        /// Without an evaluation that passed, only when somebody says so.
        public var skipsGate = false

        public init(route: String, candidate: String, incumbent: String) {
            self.route = route
            self.candidate = candidate
            self.incumbent = incumbent
        }
    }

    let store: PostgresCanaryStore
    private let evaluations: PostgresEvaluationStore
    private let routes: any RouteWeights
    private let now: @Sendable () -> Date

    public init(
        pool: PostgresPool, routes: any RouteWeights, now: @escaping @Sendable () -> Date = { Date() }
    ) {
        store = PostgresCanaryStore(pool: pool)
        evaluations = PostgresEvaluationStore(pool: pool)
        self.routes = routes
        self.now = now
    }

    private var actor: CanaryActor { CanaryActor(store: store, routes: routes, now: now) }

    /// Puts the first step in force.
    /// - Throws: `EvaluationError.gateNotPassed` for a candidate whose evaluation did not pass, or that has none.
    public func start(_ request: Request, in project: ID<Project>, by author: String) async throws -> Canary {
        try request.plan.check()
        guard let (route, version) = try await routes.route(request.route, in: project) else {
            throw EvaluationError.variantUnusable(
                request.candidate, route: request.route, problem: "There is no such route.")
        }
        let candidate = try variant(request.candidate, of: route)
        let incumbent = try variant(request.incumbent, of: route)
        guard candidate.name != incumbent.name else {
            throw EvaluationError.variantUnusable(
                candidate.name, route: route.name, problem: "Candidate and incumbent are the same.")
        }
        guard candidate.weight + incumbent.weight > 0 else {
            throw EvaluationError.variantUnusable(
                incumbent.name, route: route.name, problem: "Neither it nor the candidate takes any traffic.")
        }
        try await checkGate(request, candidate, incumbent, route, project)
        let weights = route.weights(
            candidate: candidate.name, incumbent: incumbent.name, share: request.plan.steps[0])
        let canary = Canary(
            id: .new(), project: project, route: route.name, candidate: candidate.name, incumbent: incumbent.name,
            plan: request.plan, evaluation: request.evaluation, state: .running, step: 0, stepSince: now(),
            stepVersion: version, original: route, expected: route, reason: .gathering, pinnedBy: nil, pinnedAt: nil,
            pinNote: nil, pending: nil, seenUntil: now(), lookedAt: nil, author: author, createdAt: now(),
            finishedAt: nil)
        let percent = Figures.short(request.plan.steps[0] * 100)
        let decision = NewDecision(
            kind: .start, actor: author,
            why: "\(percent) % of what \(incumbent.name) and \(candidate.name) have goes to \(candidate.name)."
                + (request.skipsGate ? " Without a gate, by \(author)'s word." : ""),
            evidence: try StoredJSON.value(request.plan), weights: weights)
        try await store.add(canary, decision)
        if try await actor.carryOut(decision.id, of: canary.id, in: project) == .void {
            let why = "The route was edited at the same moment."
            try await store.note(
                NewDecision(kind: .end, why: why), over: canary, reason: .ended, state: .ended)
            throw EvaluationError.routeEdited(route: canary.route)
        }
        return try await self.canary(canary.id, of: project)
    }

    private func variant(_ name: String, of route: Route) throws -> Variant {
        guard let variant = route.variants.first(where: { $0.name == name }) else {
            throw EvaluationError.variantUnusable(name, route: route.name, problem: "The route has no such variant.")
        }
        guard variant.isEnabled else {
            throw EvaluationError.variantUnusable(name, route: route.name, problem: "It is switched off.")
        }
        return variant
    }

    /// The evaluation must be of the model that the variant asks, and against the one that the incumbent asks.
    private func checkGate(
        _ request: Request, _ candidate: Variant, _ incumbent: Variant, _ route: Route, _ project: ID<Project>
    ) async throws {
        guard let id = request.evaluation else {
            if request.skipsGate { return }
            throw EvaluationError.gateNotPassed("nothing: none was given")
        }
        guard let evaluation = try await evaluations.evaluation(id, of: project) else {
            throw EvaluationError.evaluationUnknown(id.description)
        }
        guard evaluation.candidate.isAsked(by: candidate, of: route) else {
            throw EvaluationError.variantUnusable(
                candidate.name, route: route.name,
                problem: "It asks another model than the evaluation's candidate, \(evaluation.candidate.model).")
        }
        if request.skipsGate { return }
        let verdict = evaluation.report?.verdict.rawValue ?? evaluation.state.rawValue
        if evaluation.report?.verdict != .pass { throw EvaluationError.gateNotPassed(verdict) }
        guard evaluation.incumbent.isAsked(by: incumbent, of: route) else {
            throw EvaluationError.gateAgainstAnother(
                measured: evaluation.incumbent, variant: incumbent.name, asks: ModelChoice(incumbent, of: route),
                candidate: evaluation.candidate, dataset: evaluation.dataset)
        }
    }

    public func canary(_ id: ID<Canary>, of project: ID<Project>) async throws -> Canary {
        guard let canary = try await store.canary(id, of: project) else {
            throw EvaluationError.canaryUnknown(id.description)
        }
        return canary
    }

    /// Newest first.
    public func canaries(of project: ID<Project>, before: ID<Canary>? = nil, limit: Int = 50) async throws -> [Canary] {
        try await store.canaries(of: project, before: before, limit: limit)
    }

    /// Newest first; of one canary, or of everything in the project.
    public func decisions(
        of project: ID<Project>, canary: ID<Canary>? = nil, before: ID<Decision>? = nil, limit: Int = 50
    ) async throws -> [Decision] {
        try await store.decisions(of: project, canary: canary, before: before, limit: limit)
    }

    /// The confidence sequences over time, at most `limit` points of each metric and step.
    public func points(_ id: ID<Canary>, of project: ID<Project>, limit: Int = 200) async throws -> [CanaryPoint] {
        try await store.points(of: canary(id, of: project).id, limit: limit)
    }

    // MARK: A person's word

    /// Nothing changes by itself any more, until it is unpinned.
    public func pin(_ id: ID<Canary>, in project: ID<Project>, by author: String, note: String) async throws -> Canary {
        try check(note)
        let canary = try await running(id, project)
        let decision = NewDecision(kind: .pin, actor: author, why: note.isEmpty ? "Pinned by \(author)." : note)
        guard try await store.pin(canary, decision, note: note) else {
            throw EvaluationError.canaryOver(try await self.canary(id, of: project).state.rawValue)
        }
        return try await self.canary(id, of: project)
    }

    /// Goes on from the route as it is, at the step whose share comes nearest from below; that step begins anew.
    public func unpin(_ id: ID<Canary>, in project: ID<Project>, by author: String, note: String) async throws -> Canary
    {
        try check(note)
        let canary = try await running(id, project)
        guard let (route, version) = try await routes.route(canary.route, in: project) else {
            throw EvaluationError.routeEdited(route: canary.route)
        }
        _ = try variant(canary.candidate, of: route)
        _ = try variant(canary.incumbent, of: route)
        let share = route.share(of: canary.candidate, against: canary.incumbent) ?? 0
        // Only a share of the plan has a step; what a person chose in between has none.
        guard let step = canary.plan.steps.firstIndex(where: { abs($0 - share) < 1e-6 }), share < 1 else {
            throw EvaluationError.variantUnusable(
                canary.candidate, route: route.name,
                problem: "It takes \(Figures.short(share * 100)) % of the traffic, which is no step of the plan.")
        }
        let decision = NewDecision(kind: .unpin, actor: author, why: note.isEmpty ? "Unpinned by \(author)." : note)
        guard try await store.unpin(canary, decision, step: step, expected: route, version: version, at: now()) else {
            throw EvaluationError.canaryOver(try await self.canary(id, of: project).state.rawValue)
        }
        return try await self.canary(id, of: project)
    }

    /// All traffic to the candidate now, whatever is proven.
    public func promote(_ id: ID<Canary>, in project: ID<Project>, by author: String, note: String) async throws
        -> Canary
    {
        try await command(id, project, .promote, share: 1, author, note)
    }

    /// No traffic to the candidate from now on.
    public func rollBack(_ id: ID<Canary>, in project: ID<Project>, by author: String, note: String) async throws
        -> Canary
    {
        try await command(id, project, .rollBack, share: 0, author, note)
    }

    /// Lets the route be as it is, and stops watching.
    public func end(_ id: ID<Canary>, in project: ID<Project>, by author: String, note: String) async throws -> Canary {
        try check(note)
        let canary = try await running(id, project)
        let decision = NewDecision(kind: .end, actor: author, why: note.isEmpty ? "Ended by \(author)." : note)
        try await store.note(decision, over: canary, reason: .ended, state: .ended)
        return try await self.canary(id, of: project)
    }

    private func command(
        _ id: ID<Canary>, _ project: ID<Project>, _ kind: Decision.Kind, share: Double, _ author: String, _ note: String
    ) async throws -> Canary {
        try check(note)
        let canary = try await running(id, project)
        if let pending = canary.pending { try await actor.carryOut(pending, of: id, in: project) }
        let current = try await running(id, project)
        let decision = NewDecision(
            kind: kind, actor: author, why: note.isEmpty ? "By \(author)'s word." : note,
            weights: current.expected.weights(candidate: current.candidate, incumbent: current.incumbent, share: share))
        guard try await store.intend(decision, over: current, byPerson: true) else {
            throw EvaluationError.canaryOver(try await self.canary(id, of: project).state.rawValue)
        }
        guard case .applied = try await actor.carryOut(decision.id, of: id, in: project) else {
            throw EvaluationError.routeEdited(route: canary.route)
        }
        return try await self.canary(id, of: project)
    }

    private func running(_ id: ID<Canary>, _ project: ID<Project>) async throws -> Canary {
        let canary = try await canary(id, of: project)
        guard canary.state == .running else { throw EvaluationError.canaryOver(canary.state.rawValue) }
        return canary
    }

    private func check(_ note: String) throws {
        let isClean = note.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        guard isClean, note.utf8.count <= 500 else { throw EvaluationError.noteInvalid }
    }
}
