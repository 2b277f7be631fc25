import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import Testing

@testable import GleanerEvaluation

@Suite("What a canary counts", .database)
struct CanaryCountTests {
    /// One exchange in the step, of which only what is said is special.
    @discardableResult
    private func exchange(
        _ world: CanaryWorld, user: String?, conversation: String? = nil, variant: String, first: String? = nil,
        route: String = "chat", version: Int64 = 2, source: String = "gateway"
    ) async throws -> ID<Exchange> {
        let id = ID<Exchange>(UUIDv7(now: { [at = world.now.addingTimeInterval(1)] in at }).make(shard: .random()))
        try await world.pool.query(
            """
            INSERT INTO gleaner.exchanges (
                shard, id, project_id, received_at, endpoint, status, http_status, streamed, end_user, conversation, tags, route,
                variant, routes_version, complete, duration_ms, ttft_ms, request_sha256, request_bytes, response_bytes, source)
            VALUES (\(id.shard.value), \(id.uuid), \(world.project.uuid), now(), '/v1/chat/completions', 'completed', 200, true,
                    \(user), \(conversation), '{}', \(route), \(variant), \(version), true, 1000, 100, ''::bytea, 0, 0, \(source))
            """)
        if let first {
            try await world.pool.query(
                """
                INSERT INTO gleaner.attempts (shard, exchange_id, number, project_id, provider, variant, started_after_ms, duration_ms)
                VALUES (\(id.shard.value), \(id.uuid), 1, \(world.project.uuid), 'default', \(first), 0, 1),
                       (\(id.shard.value), \(id.uuid), 2, \(world.project.uuid), 'default', \(variant), 1, 1)
                """)
        }
        return id
    }

    private func look(_ world: CanaryWorld, _ canary: Canary) async throws -> ArmsSeen {
        world.advance(minutes: 1)
        let reader = CanaryReader(pool: world.pool)
        _ = try await reader.gather(try await world.current(canary), until: world.now)
        return try await reader.arms(canary)
    }

    @Test(
        "users, conversations and single exchanges are units; other routes, shadows and earlier versions are not counted"
    )
    func units() async throws {
        let world = try await CanaryWorld()
        let canary = try await world.start()
        try await exchange(world, user: "u1", variant: "new")
        try await exchange(world, user: "u1", variant: "new")
        try await exchange(world, user: nil, conversation: "c1", variant: "old")
        try await exchange(world, user: nil, conversation: "c1", variant: "old")
        try await exchange(world, user: nil, variant: "old")
        try await exchange(world, user: "u2", variant: "new", route: "other")
        try await exchange(world, user: "u3", variant: "new", source: "shadow")
        try await exchange(world, user: "u4", variant: "new", version: 1)
        try await exchange(world, user: "u5", variant: "spare")
        let seen = try await look(world, canary)
        #expect((seen.candidateUsers, seen.incumbentUsers, seen.bothUsers) == (1, 2, 0))
        #expect(isNear(seen.candidate[.ttft]?.mean, log(100)))
        #expect(try await look(world, canary) == seen, "looking again counts nothing twice")
    }

    @Test("a user who met both counts for neither")
    func both() async throws {
        let world = try await CanaryWorld()
        let canary = try await world.start()
        try await exchange(world, user: "u1", variant: "new")
        _ = try await look(world, canary)
        try await exchange(world, user: "u1", variant: "old")
        let seen = try await look(world, canary)
        #expect((seen.candidateUsers, seen.incumbentUsers, seen.bothUsers) == (0, 0, 1))
    }

    @Test("an answer that a fallback gave is the chosen variant's error")
    func fallback() async throws {
        let world = try await CanaryWorld()
        let canary = try await world.start()
        try await exchange(world, user: "u1", variant: "old", first: "new")
        let seen = try await look(world, canary)
        #expect((seen.candidateUsers, seen.incumbentUsers) == (1, 0))
        #expect(seen.candidate[.errors]?.mean == 1)
    }

    @Test("the newest vote of a rater counts, however late it comes; marked raters do not; flags of users do")
    func votes() async throws {
        let world = try await CanaryWorld()
        let canary = try await world.start()
        let id = try await exchange(world, user: "u1", variant: "new")
        try await world.stored.feedback(id, thumb: 1, rater: "u1")
        #expect(try await look(world, canary).candidate[.rating]?.mean == 1)
        try await world.stored.feedback(id, thumb: -1, rater: "u1")
        #expect(try await look(world, canary).candidate[.rating]?.mean == 0)
        try await world.stored.feedback(id, thumb: 1, rater: "brigade")
        try await world.stored.feedback(id, raised: true, rater: "u1")
        #expect(try await look(world, canary).candidate[.rating]?.mean == 0.5)
        try await world.pool.query(
            """
            INSERT INTO gleaner.rater_marks (id, project_id, rater, reason, since, evidence, marked_at, seen_at)
            VALUES (gen_random_uuid(), \(world.project.uuid), 'brigade', 'burst', now() - interval '1 day', '{}', now(), now())
            """)
        let seen = try await look(world, canary)
        #expect(seen.candidate[.rating]?.mean == 0)
        #expect(seen.candidate[.flagged]?.mean == 1)
    }
}

@Suite("What a canary does of itself, over many runs")
struct CanaryRateTests {
    /// - Returns: the first thing that is concluded of equal arms, looked at after every ten users of each.
    private func concluded(_ seed: UInt64) -> CanaryMetricEvidence.Outcome? {
        var chance = SeededRandom(seed: seed)
        var plan = CanaryPlan()
        plan.steps = [0.5, 1]
        plan.minimumUsers = 50
        var seen = ArmsSeen()
        func draw(_ arm: inout [CanaryMetric: Moments]) {
            func add(_ metric: CanaryMetric, _ value: Double) { arm[metric, default: Moments()].add(value) }
            add(.rating, Double.random(in: 0..<1, using: &chance) < 0.75 ? 1 : 0)
            add(.errors, Double.random(in: 0..<1, using: &chance) < 0.02 ? 1 : 0)
            add(.flagged, Double.random(in: 0..<1, using: &chance) < 0.01 ? 1 : 0)
            add(.latency, Double.random(in: -0.5...0.5, using: &chance) + 6)
        }
        for users in 1...400 {
            draw(&seen.candidate)
            draw(&seen.incumbent)
            (seen.candidateUsers, seen.incumbentUsers) = (users, users)
            guard users.isMultiple(of: 10), users >= 50 else { continue }
            let evidence = CanaryEvidence(seen, step: 0, share: 0.5, minutes: 1e6, plan)
            if let found = evidence.metrics.first(where: { $0.outcome == .better || $0.outcome == .worse }) {
                return found.outcome
            }
        }
        return nil
    }

    @Test("of 1,000 canaries of an equal candidate no more than α are ever found better or worse in anything")
    func equal() {
        let alarms = (0..<1000).filter { concluded(90_000 + UInt64($0)) != nil }.count
        #expect(alarms <= 50, "\(alarms) of 1000")
    }
}
