import AsyncPostgres
import Foundation
import GleanerCore
import GleanerRouting
import GleanerServer
import GleanerTestSupport
import Testing

@testable import GleanerEvaluation

@Suite("Canaries that were cut off", .database)
struct CanaryFenceTests {
    private func intended(_ world: CanaryWorld, _ canary: Canary) async throws -> NewDecision {
        let decision = NewDecision(
            kind: .advance, why: "test",
            weights: canary.expected.weights(candidate: "new", incumbent: "old", share: 0.5))
        #expect(try await world.service.store.intend(decision, over: canary, byPerson: false))
        return decision
    }

    @Test("a decision that was written and not carried out is carried out at the next look, once")
    func beforeEdit() async throws {
        let world = try await CanaryWorld()
        let canary = try await world.start()
        let decision = try await intended(world, canary)
        #expect(isNear(try await world.share(), 0.1))
        await world.keeper.lookOnce()
        await world.keeper.lookOnce()
        #expect(isNear(try await world.share(), 0.5))
        let now = try await world.current(canary)
        #expect(now.step == 1)
        #expect(try await world.service.store.decision(decision.id)?.state == .applied)
        #expect(try await world.routes.versions(of: world.project).count == 3)
    }

    @Test("a route that was edited before the decision was settled is not edited again")
    func afterEdit() async throws {
        let world = try await CanaryWorld()
        let canary = try await world.start()
        let decision = try await intended(world, canary)
        let version = try #require(
            try await world.weights.set(
                decision.weights!, of: "chat", in: world.project, note: CanaryActor.note(decision.id, canary.id),
                expected: canary.stepVersion))
        // A person was quick: after the canary's edit, before its settling.
        _ = try await world.routes.setWeights(
            ["new": 0.2, "old": 1.8], of: "chat", in: world.project, RouteEdit(author: "ravi"))
        await world.keeper.lookOnce()
        let settled = try #require(try await world.service.store.decision(decision.id))
        #expect(settled.state == .applied)
        #expect(settled.routesVersion == version)
        #expect(isNear(try await world.share(), 0.1), "the person's weights stay")
        await world.keeper.lookOnce()
        #expect(try await world.current(canary).reason == .routeEdited)
        #expect(try await world.routes.versions(of: world.project).count == 4)
    }

    @Test("a person who edits between the decision and its carrying out is first: the decision is void")
    func personFirst() async throws {
        let world = try await CanaryWorld()
        let canary = try await world.start()
        let decision = try await intended(world, canary)
        _ = try await world.routes.setWeights(
            ["new": 1.5, "old": 0.5], of: "chat", in: world.project, RouteEdit(author: "ravi"))
        await world.keeper.lookOnce()
        #expect(try await world.service.store.decision(decision.id)?.state == .void)
        #expect(isNear(try await world.share(), 0.75))
        await world.keeper.lookOnce()
        #expect(try await world.current(canary).reason == .routeEdited)
    }

    @Test("a pin voids what was decided and not yet done")
    func pinFirst() async throws {
        let world = try await CanaryWorld()
        let canary = try await world.start()
        let decision = try await intended(world, canary)
        _ = try await world.service.pin(canary.id, in: world.project, by: "ravi", note: "")
        await world.keeper.lookOnce()
        #expect(try await world.service.store.decision(decision.id)?.state == .void)
        #expect(isNear(try await world.share(), 0.1))
        #expect(
            try await world.service.store.intend(
                NewDecision(kind: .advance, why: ""), over: try await world.current(canary), byPerson: false) == false)
    }

    @Test("many that carry out one decision make one version")
    func together() async throws {
        let world = try await CanaryWorld()
        let canary = try await world.start()
        let decision = try await intended(world, canary)
        let actor = CanaryActor(store: world.service.store, routes: world.weights, now: { Date() })
        // One lock and one edit each: with the pool of four no more than two fit.
        try await withThrowingTaskGroup(of: CanaryActor.Outcome.self) { group in
            for _ in 0..<2 { group.addTask { try await actor.carryOut(decision.id, of: canary.id, in: world.project) } }
            var outcomes: [CanaryActor.Outcome] = []
            for try await outcome in group { outcomes.append(outcome) }
            #expect(outcomes.count { $0 == .settled } == 1)
        }
        #expect(try await world.routes.versions(of: world.project).count == 3)
        #expect(try await world.current(canary).step == 1)
    }

    @Test("two canaries of one route are refused")
    func oneOfARoute() async throws {
        let world = try await CanaryWorld()
        _ = try await world.start()
        await #expect(throws: EvaluationError.canaryRunning(route: "chat")) { try await world.start() }
    }

    @Test("a canary takes the evaluation of a candidate that passed, of the same model, and no other")
    func gated() async throws {
        let world = try await CanaryWorld()
        var request = CanaryService.Request(route: "chat", candidate: "new", incumbent: "old")
        await #expect(throws: EvaluationError.self) {
            try await world.service.start(request, in: world.project, by: "a")
        }
        request.evaluation = .new()
        await #expect(throws: EvaluationError.evaluationUnknown(request.evaluation!.description)) {
            try await world.service.start(request, in: world.project, by: "a")
        }
        request.candidate = "nobody"
        await #expect(throws: EvaluationError.self) {
            try await world.service.start(request, in: world.project, by: "a")
        }
        #expect(try await world.routes.versions(of: world.project).count == 1)
    }
}
