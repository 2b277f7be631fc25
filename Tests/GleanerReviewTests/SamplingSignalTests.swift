import AsyncPostgres
import Foundation
import GleanerCore
import GleanerJobs
import GleanerTestSupport
import Synchronization
import Testing

@testable import GleanerReview

/// Signals that a test sets.
private final class Told: SignalSource {
    private let known = Mutex<[ID<Exchange>: ExchangeSignals]>([:])
    func tell(_ id: ID<Exchange>, _ signals: ExchangeSignals) { known.withLock { $0[id] = signals } }
    func signals(of ids: [ID<Exchange>], in project: ID<Project>) -> [ID<Exchange>: ExchangeSignals] {
        known.withLock { known in known.filter { ids.contains($0.key) } }
    }
}

@Suite("Sampling by what is known", .database)
struct SamplingSignalTests {
    private var pool: PostgresPool { TestDatabase.current.pool }

    private func samples() async throws -> [ID<Exchange>: Double] {
        let rows = try await pool.query("SELECT exchange_id, max(probability) AS p FROM gleaner.samples GROUP BY 1")
        return Dictionary(
            uniqueKeysWithValues: try rows.map {
                (ID(try $0.decode("exchange_id", as: UUID.self)), try $0.decode("p", as: Double.self))
            })
    }

    @Test("a flag that comes later raises the probability: what was drawn stays, and more is drawn by the same number")
    func reconsidered() async throws {
        let world = try await StoredExchanges.single(pool)
        let told = Told()
        let service = SamplingService(pool: pool, signals: told)
        let floor = try await service.setRule(project: world.project, name: "floor", probability: 0.2)
        _ = try await service.setRule(
            project: world.project, name: "flagged",
            RuleDocument(match: RuleMatch(flagged: true), probability: 0.7))
        var ids: [ID<Exchange>] = []
        for _ in 0..<60 { ids.append(try await world.add()) }
        try await service.draw(ids.map { SamplingCandidate(id: $0, project: world.project, isEligible: true) })
        func u(_ id: ID<Exchange>) -> Double { SamplingHash.unit(salt: floor.salt, key: id.description) }
        let before = try await samples()
        #expect(Set(before.keys) == Set(ids.filter { u($0) < 0.2 }))
        let flagged = Array(ids.prefix(30))
        for id in flagged { told.tell(id, ExchangeSignals(isFlagged: true)) }
        try await service.reconsider(flagged)
        let after = try await samples()
        for id in ids {
            let probability = flagged.contains(id) ? 0.7 : 0.2
            #expect(after[id] == (u(id) < probability ? probability : nil))
        }
        #expect(try await world.count("review_slots") == after.count)
        try await service.reconsider(flagged)
        #expect(try await samples() == after)
    }

    @Test("a rule whose risk rises draws again with the higher probability on record beside the lower one")
    func risen() async throws {
        let world = try await StoredExchanges.single(pool)
        let told = Told()
        let service = SamplingService(pool: pool, signals: told)
        var ids: [ID<Exchange>] = []
        for _ in 0..<40 { ids.append(try await world.add()) }
        let rule = try await service.setRule(
            project: world.project, name: "risk",
            RuleDocument(importance: RiskWeights(moderation: 3, latency: 0), budgetPerDay: 10))
        let candidates = ids.map { SamplingCandidate(id: $0, project: world.project, isEligible: true) }
        try await service.draw(candidates)
        let scale: Double = try await pool.query("SELECT scale FROM gleaner.sampling_plans")[0].decode("scale")
        // Forty in the week so far, all alike: about a quarter of them are to be drawn.
        #expect(abs(scale - 0.25) < 0.02)
        let drawn = try await samples().filter { $0.value == scale }
        for id in ids { told.tell(id, ExchangeSignals(isFlagged: true)) }
        try await service.reconsider(ids)
        let after = try await samples()
        let expected = ids.filter { SamplingHash.unit(salt: rule.salt, key: $0.description) < min(1, 4 * scale) }
        #expect(Set(after.filter { $0.value > scale }.keys) == Set(expected))
        #expect(Set(drawn.keys).isSubset(of: after.keys))
        let scores = try await pool.query(
            "SELECT DISTINCT score FROM gleaner.samples WHERE score IS NOT NULL ORDER BY score")
        #expect(try scores.map { try $0.decode("score", as: Double.self) } == [1, 4])
    }

    @Test("all instances draw by the plan that the first of them made for the hour")
    func onePlan() async throws {
        let world = try await StoredExchanges.single(pool)
        for _ in 0..<10 { try await world.add() }
        let first = SamplingService(pool: pool)
        _ = try await first.setRule(
            project: world.project, name: "budget", RuleDocument(probability: 1, budgetPerDay: 2))
        let (pool, project) = (pool, world.project)
        let ids = try await pool.query("SELECT id FROM gleaner.exchanges").map {
            SamplingCandidate(id: ID(try $0.decode("id", as: UUID.self)), project: project, isEligible: true)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<6 { group.addTask { try await SamplingService(pool: pool).draw(ids) } }
            try await group.waitForAll()
        }
        #expect(try await world.count("sampling_plans") == 1)
        let probabilities = try await pool.query("SELECT DISTINCT probability FROM gleaner.samples")
        #expect(probabilities.count <= 1)
        let counted: Int = try await pool.query(
            "SELECT sum(exchanges)::bigint AS n FROM gleaner.sampling_volumes WHERE hour = date_trunc('hour', now())")[
                0
            ]
            .decode("n")
        #expect(counted == 60)
    }

    @Test("strata are drawn by route, variant and model, and by whether the system prompt is new")
    func strata() async throws {
        let world = try await StoredExchanges.single(pool)
        let service = SamplingService(pool: pool)
        let old = try await world.add()
        let new = try await world.add()
        try await pool.query(
            """
            UPDATE gleaner.exchanges SET route = 'help', system_fingerprint = '\\x01', received_at = now() - interval '9 days'
            WHERE id = \(old.uuid)
            """)
        try await service.retireRule(project: world.project, name: try await Self.floor(service, world))
        _ = try await service.setRule(
            project: world.project, name: "new",
            RuleDocument(match: RuleMatch(newSystemPrompt: true), probability: 1))
        _ = try await service.setRule(
            project: world.project, name: "help", RuleDocument(match: RuleMatch(route: ["help"]), probability: 1))
        try await pool.query(
            "UPDATE gleaner.exchanges SET route = 'other', system_fingerprint = '\\x02' WHERE id = \(new.uuid)")
        try await service.draw([old, new].map { SamplingCandidate(id: $0, project: world.project, isEligible: true) })
        let rows = try await pool.query(
            """
            SELECT s.exchange_id, r.name FROM gleaner.samples s JOIN gleaner.sampling_rules r ON r.id = s.rule_id
            """)
        let drawn = Dictionary(
            uniqueKeysWithValues: try rows.map {
                (ID<Exchange>(try $0.decode("exchange_id", as: UUID.self)), try $0.decode("name", as: String.self))
            })
        #expect(drawn == [old: "help", new: "new"])
    }

    private static func floor(_ service: SamplingService, _ world: StoredExchanges) async throws -> String {
        try await service.ensureDefaultRule(project: world.project)
        return SamplingService.defaultName
    }

    @Test("picks stand in front of the queue, are kept apart, and an unknown one among them stops them all")
    func picks() async throws {
        let world = try await StoredExchanges.single(pool)
        var ids: [ID<Exchange>] = []
        for _ in 0..<20 { ids.append(try await world.add()) }
        try await world.drawAll()
        let late = try await world.add()
        let service = SamplingService(pool: pool)
        let unknown = ID<Exchange>.new()
        await #expect(throws: ReviewError.exchangeUnknown(unknown)) {
            try await service.pick([late, unknown], by: "lead", in: world.project)
        }
        #expect(try await world.count("picks") == 0)
        try await service.pick([late, ids[3], late], by: "lead", reason: "a user complained", in: world.project)
        try await service.pick([late], by: "other", in: world.project)
        let queue = ReviewService(pool: pool)
        let first = try #require(try await queue.next(for: "asha", in: world.project))
        let second = try #require(try await queue.next(for: "asha", in: world.project))
        #expect(Set([first.exchange, second.exchange]) == [late, ids[3]])
        let rows = try await pool.query("SELECT exchange_id, picked_by, reason FROM gleaner.picks ORDER BY exchange_id")
        #expect(rows.count == 2)
        #expect(try rows[0].decode("reason", as: String.self) == "a user complained")
        #expect(try rows.allSatisfy { try $0.decode("picked_by", as: String.self) == "lead" })
        #expect(try await world.count("samples") == 20)
    }

    @Test("what users report is in the queue among the others, once, and is no sample")
    func reported() async throws {
        let world = try await StoredExchanges.drawn(30)
        let service = SamplingService(pool: pool)
        let drawn: ID<Exchange> = ID(
            try await pool.query("SELECT exchange_id FROM gleaner.review_slots ORDER BY position DESC LIMIT 1")[0]
                .decode("exchange_id", as: UUID.self))
        let (bad, broken) = (try await world.add(), try await world.add(complete: false))
        for _ in 0..<2 { try await service.report([bad, broken, drawn], in: world.project) }
        let items = try await pool.query(
            "SELECT exchange_id, purpose FROM gleaner.review_items WHERE purpose <> 'sample'")
        #expect(try items.map { ID<Exchange>(try $0.decode("exchange_id", as: UUID.self)) } == [bad])
        #expect(try items[0].decode("purpose", as: String.self) == "reported")
        #expect(try await world.count("picks") == 2)
        #expect(try await world.count("samples") == 30)
        let first: Double = try await pool.query("SELECT min(position) AS p FROM gleaner.review_slots")[0].decode("p")
        #expect(first >= 0)
        let report = try await EstimateService(pool: pool).report(of: world.project, EstimateQuery())
        #expect(report.overall.drawn == 30)
    }

    @Test("an exchange that is looked at again counts once against a budget")
    func countedOnce() async throws {
        let world = try await StoredExchanges.single(pool)
        let told = Told()
        let service = SamplingService(pool: pool, signals: told)
        _ = try await service.setRule(
            project: world.project, name: "risk", RuleDocument(importance: RiskWeights(), budgetPerDay: 10))
        var ids: [ID<Exchange>] = []
        for _ in 0..<10 { ids.append(try await world.add()) }
        try await service.draw(ids.map { SamplingCandidate(id: $0, project: world.project, isEligible: true) })
        for id in ids { told.tell(id, ExchangeSignals(isFlagged: true)) }
        for _ in 0..<3 { try await service.reconsider(ids) }
        let rows = try await pool.query(
            "SELECT bucket, sum(exchanges)::bigint AS n FROM gleaner.sampling_volumes GROUP BY bucket HAVING sum(exchanges) <> 0"
        )
        #expect(try rows.map { try $0.decode("bucket", as: Int16.self) } == [RiskBucket.of(9)])
        #expect(try rows.map { try $0.decode("n", as: Int.self) } == [10])
    }

    @Test("a backlog is a job that tells how far it is and goes on from there")
    func backlog() async throws {
        let world = try await StoredExchanges.single(pool)
        for _ in 0..<5 { try await world.add() }
        let service = SamplingService(pool: pool)
        let rule = try await service.setRule(project: world.project, name: "all", probability: 1)
        let job = try await service.enqueueBacklog(rule)
        #expect(try await service.enqueueBacklog(rule) == job)
        #expect(try await world.count("samples") == 0)
        let queue = JobQueue(pool: pool)
        let lease = try #require(try await queue.claim(.backlog, limit: 1, lease: .seconds(60)).first)
        try await BacklogHandler(sampling: service).run(
            RunningJob(lease: lease, queue: queue, leaseDuration: .seconds(60)))
        #expect(try await world.count("samples") == 5)
        let progress = try #require(try await queue.job(job, of: world.project).progress)
        #expect(progress["drawn"] == 5 && progress["exchanges"] == 5)
        // Begun again it looks at what came after.
        try await world.add()
        #expect(try await service.drawBacklog(rule, from: BacklogProgress(progress)) == 6)
    }

    @Test("a rule taken out of force draws no more, and one that is not there is not found")
    func retired() async throws {
        let world = try await StoredExchanges.single(pool)
        let service = SamplingService(pool: pool)
        _ = try await service.setRule(project: world.project, name: "all", probability: 1)
        _ = try await service.setRule(project: world.project, name: "floor", probability: 1e-12)
        try await service.retireRule(project: world.project, name: "all")
        try await service.draw([SamplingCandidate(id: .new(), project: world.project, isEligible: true)])
        #expect(try await world.count("samples") == 0)
        await #expect(throws: ReviewError.ruleUnknown) {
            try await service.retireRule(project: world.project, name: "all")
        }
    }
}
