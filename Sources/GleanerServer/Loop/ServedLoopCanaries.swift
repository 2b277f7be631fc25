import GleanerCore
import GleanerEvaluation
import GleanerLoop

/// Canaries as loops start them; from then on they decide by themselves.
struct ServedLoopCanaries: LoopCanaries {
    let service: CanaryService

    func check(_ plan: JSONValue) async throws { _ = try self.plan(plan) }

    func canary(of candidate: String, on route: String, in project: ID<Project>) async throws -> LoopCanary? {
        try await service.canary(of: candidate, on: route, in: project).map(LoopCanary.init)
    }

    func isBusy(_ route: String, in project: ID<Project>) async throws -> Bool {
        try await service.isRunning(on: route, in: project)
    }

    func start(_ order: LoopCanaryOrder, by author: String, in project: ID<Project>) async throws -> LoopCanary? {
        var request = CanaryService.Request(
            route: order.route, candidate: order.candidate, incumbent: order.incumbent)
        request.plan = try plan(order.plan)
        request.evaluation = order.evaluation.flatMap { ID<Evaluation>($0) }
        // The loop's owner left the gate out, or a person did.
        request.skipsGate = order.evaluation == nil
        do {
            return LoopCanary(try await service.start(request, in: project, by: author))
        } catch EvaluationError.canaryRunning {
            return nil
        }
    }

    private func plan(_ document: JSONValue) throws -> CanaryPlan {
        try LoopPart.read(CanaryPlan.self, document, at: "steps.canary.plan")
    }
}

extension LoopCanary {
    fileprivate init(_ canary: Canary) {
        let state: State =
            switch canary.state {
            case .promoted: .promoted
            case .rolledBack: .rolledBack
            case .ended: .ended
            case .running:
                .running(
                    "Step \(canary.step + 1) of \(canary.plan.steps.count) on route \(canary.route)"
                        + (canary.pinnedBy.map { ", pinned by \($0)." } ?? "."))
            }
        self.init(id: canary.id.description, state: state)
    }
}
