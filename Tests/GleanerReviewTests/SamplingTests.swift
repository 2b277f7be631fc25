import AsyncPostgres
import GleanerCore
import GleanerTestSupport
import Testing

@testable import GleanerReview

@Suite("Sampling", .database)
struct SamplingTests {
    private var pool: PostgresPool { TestDatabase.current.pool }
    private var sampling: SamplingService { SamplingService(pool: pool) }

    private func candidates(_ number: Int, _ world: StoredExchanges) -> [SamplingCandidate] {
        (0..<number).map { _ in SamplingCandidate(id: .new(), project: world.project, isEligible: true) }
    }

    @Test("drawing twice draws once, and the probability is on record")
    func idempotent() async throws {
        let world = try await StoredExchanges.single(pool)
        let service = sampling
        let rule = try await service.setRule(project: world.project, name: "floor", probability: 0.4)
        let candidates = candidates(500, world)
        try await service.draw(candidates)
        let drawn = try await world.count("samples")
        #expect((140...260).contains(drawn))
        try await service.draw(candidates)
        #expect(try await world.count("samples") == drawn)
        #expect(try await world.count("review_slots") == drawn)
        let row = try await pool.query("SELECT DISTINCT probability, rule_id, rule_version FROM gleaner.samples")
        #expect(row.count == 1)
        #expect(try row[0].decode("probability", as: Double.self) == 0.4)
        #expect(try row[0].decode("rule_version", as: Int.self) == rule.version)
    }

    @Test("a changed rule is a new version with the same salt: a higher share keeps what the lower one drew")
    func versions() async throws {
        let world = try await StoredExchanges.single(pool)
        let service = sampling
        let candidates = candidates(300, world)
        let low = try await service.setRule(project: world.project, name: "floor", probability: 0.1)
        try await service.draw(candidates)
        let before = try await pool.query("SELECT exchange_id::text AS id FROM gleaner.samples").map {
            try $0.decode("id", as: String.self)
        }
        let high = try await service.setRule(project: world.project, name: "floor", probability: 0.5)
        #expect(high.version == low.version + 1)
        #expect(high.salt == low.salt)
        try await service.draw(candidates)
        let after = try await pool.query(
            "SELECT exchange_id::text AS id FROM gleaner.samples WHERE rule_id = \(high.id)"
        )
        .map { try $0.decode("id", as: String.self) }
        #expect(Set(before).isSubset(of: after))
        #expect(try await service.rules(of: world.project).map(\.version) == [high.version])
        // One slot an exchange, however many rules drew it.
        #expect(try await world.count("review_slots") == Set(before + after).count)
    }

    @Test("the same share again is no change, and changes at once get one version each")
    func sameAgain() async throws {
        let world = try await StoredExchanges.single(pool)
        let (service, project) = (sampling, world.project)
        let first = try await service.setRule(project: project, name: "floor", probability: 0.1)
        #expect(try await service.setRule(project: project, name: "floor", probability: 0.1) == first)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for percent in 20..<30 {
                group.addTask {
                    _ = try await service.setRule(project: project, name: "floor", probability: Double(percent) / 100)
                }
            }
            try await group.waitForAll()
        }
        #expect(try await service.rules(of: project).map(\.version) == [11])
        #expect(try await world.count("sampling_rules") == 11)
    }

    @Test("instances that draw the same exchanges at once, in any order, draw them once")
    func drawnAtOnce() async throws {
        let world = try await StoredExchanges.single(pool)
        let service = sampling
        _ = try await service.setRule(project: world.project, name: "all", probability: 1)
        let candidates = candidates(200, world)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                let order = candidates.shuffled()
                group.addTask { try await service.draw(order) }
            }
            try await group.waitForAll()
        }
        #expect(try await world.count("samples") == 200)
        #expect(try await world.count("review_slots") == 200)
    }

    @Test("what is not whole is never drawn, and a project without a rule gets the default one")
    func eligibility() async throws {
        let world = try await StoredExchanges.single(pool)
        let service = sampling
        try await service.draw([SamplingCandidate(id: .new(), project: world.project, isEligible: false)])
        try await service.draw([SamplingCandidate(id: .new(), project: world.project, isEligible: true)])
        let rules = try await service.rules(of: world.project)
        #expect(rules.map(\.name) == [SamplingService.defaultName])
        #expect(rules[0].probability == SamplingService.defaultProbability)
        try await service.ensureDefaultRule(project: world.project)
        #expect(try await world.count("sampling_rules") == 1)
    }

    @Test("a rule reaches back to exchanges that were there before it")
    func backlog() async throws {
        let world = try await StoredExchanges.single(pool)
        for _ in 0..<5 { try await world.add() }
        try await world.add(complete: false)
        try await world.add(status: "client_gone")
        try await world.add(httpStatus: 500)
        let service = sampling
        let rule = try await service.setRule(project: world.project, name: "all", probability: 1)
        #expect(try await service.drawBacklog(rule) == 5)
        #expect(try await world.count("review_slots") == 5)
    }

    @Test("a share that is none is refused", arguments: [0, -0.1, 1.1, .nan, .infinity])
    func probability(_ value: Double) async throws {
        let world = try await StoredExchanges.single(pool)
        await #expect(throws: ReviewError.probabilityOutOfRange) {
            try await sampling.setRule(project: world.project, name: "floor", probability: value)
        }
    }
}
