import AsyncPostgres
import Foundation
import GleanerCore
import GleanerRouting
import GleanerServer
import GleanerTestSupport
import Testing

@testable import GleanerEvaluation

@Suite("Canaries", .database)
struct CanaryTests {
    @Test("a better candidate is promoted step by step, and every decision has its numbers")
    func better() async throws {
        let world = try await CanaryWorld(seed: 11)
        let canary = try await world.start()
        #expect(isNear(try await world.share(), 0.1))
        #expect(try await world.route().variants.map(\.weight).reduce(0, +) == 2, "what both had is shared out anew")
        var shares: [Double] = []
        for number in 0..<8 where try await world.current(canary).state == .running {
            try await world.round(number * 2000..<(number + 1) * 2000, new: Fare(liked: 0.9), old: Fare(liked: 0.6))
            shares.append(try await world.share())
        }
        let done = try await world.current(canary)
        #expect(done.state == .promoted, "\(done.reason)")
        #expect(shares == [0.5, 1], "\(shares)")
        #expect(try await world.route().variants.first { $0.name == "old" }?.weight == 0)
        let decisions = try await world.decisions(canary)
        #expect(decisions.map(\.kind) == [.start, .advance, .promote])
        #expect(decisions.allSatisfy { $0.state == .applied && $0.routesVersion != nil })
        #expect(decisions.map(\.actor) == ["asha", "gleaner", "gleaner"])
        let evidence = try StoredJSON.read(CanaryEvidence.self, decisions[2].evidence.canonicalBytes())
        let rating = try #require(evidence.metrics.first { $0.metric == .rating })
        #expect(rating.outcome == .better)
        #expect(try #require(rating.low) > 0)
        #expect(evidence.metrics.filter { $0.metric.isGuardrail }.allSatisfy { [.shown, .none].contains($0.outcome) })
        #expect(evidence.candidateUsers + evidence.incumbentUsers == 2000)
        let versions = try await world.routes.versions(of: world.project)
        #expect(versions.map(\.author) == ["gleaner:canary", "gleaner:canary", "gleaner:canary", "asha"])
        for (version, decision) in zip(versions, decisions.reversed()) {
            #expect(version.note == CanaryActor.note(decision.id, canary.id))
        }
        let points = try await world.service.points(canary.id, of: world.project)
        #expect(Set(points.map(\.metric)).isSuperset(of: [.rating, .errors, .flagged, .latency]))
        #expect(points.allSatisfy { $0.low <= $0.estimate && $0.estimate <= $0.high })
    }

    @Test("a worse candidate is rolled back by itself")
    func worse() async throws {
        let world = try await CanaryWorld(seed: 12)
        let canary = try await world.start()
        for number in 0..<6 where try await world.current(canary).state == .running {
            try await world.round(number * 2000..<(number + 1) * 2000, new: Fare(liked: 0.5), old: Fare(liked: 0.8))
        }
        #expect(try await world.current(canary).state == .rolledBack)
        #expect(try await world.route().variants.map(\.weight) == [2, 0, 0])
        let last = try #require(try await world.decisions(canary).last)
        #expect(last.kind == .rollBack)
        #expect(last.why.hasPrefix("Certainly worse: rating"))
    }

    @Test("one that turns bad after it has taken half of the traffic is rolled back")
    func turnsBad() async throws {
        let world = try await CanaryWorld(seed: 13)
        let canary = try await world.start()
        try await world.round(0..<2000, new: Fare(liked: 0.85), old: Fare(liked: 0.8))
        #expect(isNear(try await world.share(), 0.5))
        for number in 1..<4 where try await world.current(canary).state == .running {
            try await world.round(
                number * 2000..<(number + 1) * 2000, new: Fare(liked: 0.85, errors: 0.15), old: Fare(liked: 0.8))
        }
        #expect(try await world.current(canary).state == .rolledBack)
        #expect(try await world.share() == 0)
        #expect(try await world.decisions(canary).last?.why.contains("errors") == true)
    }

    @Test("an equal candidate goes as far as no proof is asked for, and holds there")
    func equal() async throws {
        let world = try await CanaryWorld(seed: 14)
        let canary = try await world.start()
        for number in 0..<4 {
            try await world.round(number * 1500..<(number + 1) * 1500, new: Fare(), old: Fare())
        }
        let now = try await world.current(canary)
        #expect(now.state == .running)
        #expect(isNear(try await world.share(), 0.5))
        #expect(now.reason == .notProven)
        #expect(try await world.decisions(canary).map(\.kind) == [.start, .advance, .hold], "a hold is said once")
    }

    @Test(
        "a slower, a flagged and a failing candidate are each rolled back by their guardrail",
        arguments: [
            (CanaryMetric.latency, Fare(milliseconds: 1600)), (.flagged, Fare(flagged: 0.15)),
            (.errors, Fare(errors: 0.15)),
        ])
    func guardrails(_ metric: CanaryMetric, _ fare: Fare) async throws {
        let world = try await CanaryWorld(seed: 15)
        let canary = try await world.start()
        for number in 0..<4 where try await world.current(canary).state == .running {
            try await world.round(number * 2000..<(number + 1) * 2000, new: fare, old: Fare())
        }
        #expect(try await world.current(canary).state == .rolledBack)
        #expect(try await world.decisions(canary).last?.why.contains(metric.rawValue) == true)
    }

    @Test("a pin wins over any proof; taken off, the canary goes on from the route as it is")
    func pinned() async throws {
        let world = try await CanaryWorld(seed: 16)
        let canary = try await world.start()
        _ = try await world.service.pin(canary.id, in: world.project, by: "ravi", note: "Diwali")
        for number in 0..<3 {
            try await world.round(number * 2000..<(number + 1) * 2000, new: Fare(liked: 0.3), old: Fare(liked: 0.9))
        }
        var now = try await world.current(canary)
        #expect((now.state, now.reason, now.pinnedBy) == (.running, .pinned, "ravi"))
        #expect(isNear(try await world.share(), 0.1))
        #expect(try await world.routes.versions(of: world.project).count == 2)
        #expect(
            try await world.service.points(canary.id, of: world.project).isEmpty == false, "it is watched all the same")
        _ = try await world.service.unpin(canary.id, in: world.project, by: "ravi", note: "")
        try await world.round(6000..<9000, new: Fare(liked: 0.3), old: Fare(liked: 0.9))
        now = try await world.current(canary)
        #expect(now.state == .rolledBack)
        #expect(try await world.decisions(canary).map(\.kind) == [.start, .pin, .unpin, .rollBack])
    }

    @Test("arms of the wrong sizes are not compared: it holds and says so")
    func sampleRatio() async throws {
        let world = try await CanaryWorld(seed: 17)
        let canary = try await world.start()
        try await world.round(0..<2000, new: Fare(liked: 0.95), old: Fare(liked: 0.5)) { $0 % 4 == 0 ? "new" : "old" }
        let now = try await world.current(canary)
        #expect((now.state, now.reason) == (.running, .sampleRatio))
        #expect(isNear(try await world.share(), 0.1))
        let hold = try #require(try await world.decisions(canary).last)
        #expect(hold.kind == .hold)
        #expect(try #require(hold.evidence["sample_ratio"]?["p"]?.doubleValue) < 0.001)
    }

    @Test("arms of the wrong sizes do not keep users with one that is certainly worse")
    func harmBeforeRatio() async throws {
        let world = try await CanaryWorld(seed: 22)
        let canary = try await world.start()
        try await world.round(0..<2000, new: Fare(liked: 0.2), old: Fare(liked: 0.9)) { $0 % 4 == 0 ? "new" : "old" }
        #expect(try await world.current(canary).state == .rolledBack)
        #expect(try await world.share() == 0)
        let last = try #require(try await world.decisions(canary).last)
        #expect(try #require(last.evidence["sample_ratio"]?["p"]?.doubleValue) < 0.001)
    }

    @Test("one that answers nobody is rolled back before the least number of users has met it")
    func certainErrors() async throws {
        let world = try await CanaryWorld(seed: 23)
        let canary = try await world.start()
        try await world.round(0..<200, new: Fare(errors: 0.3), old: Fare())
        #expect(try await world.current(canary).reason == .gathering)
        try await world.round(200..<400, new: Fare(errors: 1), old: Fare())
        #expect(try await world.current(canary).state == .rolledBack)
        let last = try #require(try await world.decisions(canary).last)
        #expect(last.why.contains("errors"))
        #expect(try #require(last.evidence["candidate_users"]?.intValue) < 60)
    }

    @Test("a route that a person edited is theirs: the canary stands still, says who, and touches nothing")
    func edited() async throws {
        let world = try await CanaryWorld(seed: 18)
        let canary = try await world.start()
        _ = try await world.routes.setWeights(
            ["new": 1, "old": 1], of: "chat", in: world.project, RouteEdit(author: "ravi"))
        for number in 0..<2 {
            try await world.round(number * 2000..<(number + 1) * 2000, new: Fare(liked: 0.1), old: Fare(liked: 0.9))
        }
        let now = try await world.current(canary)
        #expect((now.state, now.reason) == (.running, .routeEdited))
        #expect(try await world.route().variants.map(\.weight) == [1, 1, 0])
        let decisions = try await world.decisions(canary)
        #expect(decisions.map(\.kind) == [.start, .standStill])
        #expect(decisions[1].why.contains("by ravi"))
        // Told to go on, it takes the route as it is: half is a step of the plan.
        let resumed = try await world.service.unpin(canary.id, in: world.project, by: "ravi", note: "go on")
        #expect(resumed.step == 1)
        try await world.round(4000..<6000, new: Fare(liked: 0.1), old: Fare(liked: 0.9))
        #expect(try await world.current(canary).state == .rolledBack)
    }

    @Test("edits of other routes do not disturb it")
    func otherRoutes() async throws {
        let world = try await CanaryWorld(seed: 19)
        let canary = try await world.start()
        let other = Route(name: "other", variants: [Variant(name: "a", provider: "default")])
        _ = try await world.routes.put(other, in: world.project, RouteEdit(author: "ravi"))
        try await world.round(0..<2000, new: Fare(liked: 0.9), old: Fare(liked: 0.6))
        #expect(try await world.current(canary).step == 1)
        #expect(isNear(try await world.share(), 0.5))
    }

    @Test(
        "what the owner did not allow is said, not done; a person may", arguments: [CanaryReason.wantsPerson, .limit])
    func limits(_ reason: CanaryReason) async throws {
        let world = try await CanaryWorld(seed: 20)
        var plan = CanaryWorld.plan
        if reason == .limit { plan.maximumShare = 0.2 } else { plan.autopromote = false }
        let canary = try await world.start(plan)
        try await world.round(0..<2000, new: Fare(liked: 0.9), old: Fare(liked: 0.6))
        #expect(try await world.current(canary).reason == reason)
        #expect(isNear(try await world.share(), 0.1))
        let promoted = try await world.service.promote(canary.id, in: world.project, by: "asha", note: "I know")
        #expect(promoted.state == .promoted)
        #expect(try await world.share() == 1)
        #expect(try await world.decisions(canary).last?.actor == "asha")
    }

    @Test("without autorollback a worse one is pointed out, and a person rolls it back")
    func wantsRollback() async throws {
        let world = try await CanaryWorld(seed: 21)
        var plan = CanaryWorld.plan
        plan.autorollback = false
        let canary = try await world.start(plan)
        try await world.round(0..<3000, new: Fare(liked: 0.3), old: Fare(liked: 0.9))
        #expect(try await world.current(canary).reason == .wantsRollback)
        #expect(isNear(try await world.share(), 0.1))
        let back = try await world.service.rollBack(canary.id, in: world.project, by: "asha", note: "")
        #expect(back.state == .rolledBack)
        #expect(try await world.share() == 0)
        await #expect(throws: EvaluationError.canaryOver("rolled_back")) {
            try await world.service.promote(canary.id, in: world.project, by: "asha", note: "")
        }
    }
}
