import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import Testing

@testable import GleanerReview

private struct Flags: SignalSource {
    let flagged: Set<ID<Exchange>>
    func signals(of ids: [ID<Exchange>], in project: ID<Project>) -> [ID<Exchange>: ExchangeSignals] {
        Dictionary(
            uniqueKeysWithValues: ids.map {
                ($0, ExchangeSignals(isFlagged: flagged.contains($0), isModerated: true))
            })
    }
}

@Suite("Estimates from stored reviews", .database)
struct EstimateTests {
    private var pool: PostgresPool { TestDatabase.current.pool }

    /// Rows of `gleaner.exchanges` alone, on two routes in turn.
    private func add(_ number: Int, _ world: StoredExchanges) async throws -> [ID<Exchange>] {
        let ids = (0..<number).map { _ in ID<Exchange>.new() }
        try await pool.query(
            """
            INSERT INTO gleaner.exchanges (
                shard, id, project_id, received_at, endpoint, status, http_status, streamed, tags, complete, route, language,
                system_fingerprint, request_sha256, request_bytes, response_bytes)
            SELECT shard, id, \(world.project.uuid), now(), '/v1/chat/completions', 'completed', 200, false,
                   CASE n % 3 WHEN 0 THEN '{third,third,any}' WHEN 1 THEN '{any}' ELSE '{}' END::text[], true,
                   CASE n % 2 WHEN 0 THEN 'even' ELSE 'odd' END, CASE n % 2 WHEN 0 THEN 'hi-Latn' ELSE 'en' END,
                   '\\xabcdef0123456789'::bytea, ''::bytea, 0, 0
            FROM unnest(\(PostgresArray(ids.map(\.shard.value))), \(PostgresArray(ids.map(\.uuid))))
                WITH ORDINALITY AS i (shard, id, n)
            """)
        return ids
    }

    private func review(_ id: ID<Exchange>, _ score: Int16, _ world: StoredExchanges) async throws {
        try await world.review(id, score: score)
    }

    @Test("over-sampled flagged exchanges do not move the estimate; the plain mean of the reviews is far off")
    func endToEnd() async throws {
        let world = try await StoredExchanges.single(pool)
        let ids = try await add(1_500, world)
        let flagged = Set(ids.enumerated().filter { $0.offset % 12 == 0 }.map(\.element))
        func quality(_ id: ID<Exchange>) -> Int16 {
            flagged.contains(id) ? 1 : (SamplingHash.unit(salt: "quality", key: id.description) < 0.5 ? 4 : 5)
        }
        let truth = ids.reduce(0) { $0 + Double(quality($1)) } / Double(ids.count)
        let signals = Flags(flagged: flagged)
        let sampling = SamplingService(pool: pool, signals: signals)
        _ = try await sampling.setRule(project: world.project, name: "floor", probability: 0.15)
        _ = try await sampling.setRule(
            project: world.project, name: "flagged", RuleDocument(match: RuleMatch(flagged: true), probability: 0.9))
        try await sampling.draw(ids.map { SamplingCandidate(id: $0, project: world.project, isEligible: true) })
        let queue = ReviewService(pool: pool)
        var (sum, count) = (0, 0)
        while let item = try await queue.next(for: "asha", in: world.project) {
            let points = Int(quality(item.exchange))
            _ = try await queue.submit(.all(points), slot: item.slot, token: item.leaseToken, in: world.project)
            (sum, count) = (sum + points, count + 1)
        }
        let report = try await EstimateService(pool: pool, signals: signals).report(
            of: world.project, EstimateQuery(by: .route, isStratified: true))
        let accuracy = try #require(report.overall.measures.first { $0.name == "accuracy" })
        #expect(report.overall.drawn == count)
        #expect(report.overall.response == 1)
        #expect(accuracy.count == count)
        // One sample in twenty misses its interval; its salt is new each time. None of a million misses by 2.5 half-widths.
        func isNear(_ measure: Measure, _ truth: Double) -> Bool {
            abs((measure.low! + measure.high!) / 2 - truth) < 2.5 * (measure.high! - measure.low!) / 2
        }
        #expect(isNear(accuracy, truth))
        #expect(abs(Double(sum) / Double(count) - truth) > 0.5)
        #expect(accuracy.high! - accuracy.low! < 0.4)
        let share = try #require(report.overall.measures.first { $0.name == "flagged" })
        #expect(isNear(share, 1.0 / 12))
        #expect(report.slices.map(\.value).sorted { $0! < $1! } == ["even", "odd"])
        #expect(report.slices.reduce(0) { $0 + $1.drawn } == count)
        let stratified = try #require(report.stratified?.first { $0.name == "accuracy" })
        #expect(stratified.method == .stratified)
        #expect(abs(stratified.value! - accuracy.value!) < 0.1)
        let estimates = EstimateService(pool: pool, signals: signals)
        func slices(_ query: EstimateQuery) async throws -> [String?: Int] {
            let report = try await estimates.report(of: world.project, query)
            return Dictionary(uniqueKeysWithValues: report.slices.map { ($0.value, $0.drawn) })
        }
        let even = try #require(report.slices.first { $0.value == "even" }).drawn
        #expect(try await slices(EstimateQuery(by: .language, only: [.route: "even"])) == ["hi-Latn": even])
        #expect(try await slices(EstimateQuery(by: .route, only: [.language: "en"])) == ["odd": count - even])
        let byFlag = try await slices(EstimateQuery(by: .flag))
        #expect(Set(byFlag.keys) == ["flagged", "clean"])
        #expect(byFlag.values.reduce(0, +) == count)
        let clean = try #require(byFlag["clean"])
        #expect(try await slices(EstimateQuery(by: .flag, only: [.flag: "clean"])) == ["clean": clean])
        // An exchange is in the slice of each of its tags, once.
        let byTag = try await slices(EstimateQuery(by: .tag))
        #expect(Set(byTag.keys) == ["third", "any", nil])
        let (any, none, third) = (byTag["any"] ?? 0, byTag[nil] ?? 0, byTag["third"] ?? 0)
        #expect(any + none == count)
        #expect(third < any)
        #expect(try await slices(EstimateQuery(by: .systemPrompt)) == ["abcdef012345": count])
        let byLanguage = try await estimates.report(
            of: world.project, EstimateQuery(by: .language, isStratified: true))
        #expect(byLanguage.stratified?.first { $0.name == "accuracy" }?.value != nil)
        await #expect(throws: ReviewError.sliceNotCounted("rule")) {
            try await estimates.report(of: world.project, EstimateQuery(by: .rule, isStratified: true))
        }
    }

    @Test("more people than the pool has connections look at estimates at once, and all are answered")
    func atOnce() async throws {
        let world = try await StoredExchanges.drawn(3)
        // The pool of a test has four.
        let (project, pool) = (world.project, pool)
        struct Reading: SignalSource {
            let pool: PostgresPool
            func signals(
                of ids: [ID<Exchange>], in project: ID<Project>
            ) async throws -> [ID<Exchange>: ExchangeSignals] {
                try await pool.query("SELECT pg_sleep(0.02)")
                return [:]
            }
        }
        let estimates = EstimateService(pool: pool, signals: Reading(pool: pool))
        try await withThrowingTaskGroup(of: Int.self) { people in
            for _ in 0..<16 {
                people.addTask { try await estimates.report(of: project, EstimateQuery()).overall.drawn }
            }
            for try await drawn in people { #expect(drawn == 3) }
        }
    }

    @Test("estimates page through what was drawn, and see each exchange once")
    func pages() async throws {
        let world = try await StoredExchanges.single(pool)
        let ids = try await add(EstimateStore.page * 2 + 7, world)
        let sampling = SamplingService(pool: pool)
        for name in ["all", "again"] {
            _ = try await sampling.setRule(project: world.project, name: name, probability: 1)
        }
        try await sampling.draw(ids.map { SamplingCandidate(id: $0, project: world.project, isEligible: true) })
        let report = try await EstimateService(pool: pool).report(of: world.project, EstimateQuery())
        #expect(report.overall.drawn == ids.count)
        let odd = try await EstimateService(pool: pool).report(of: world.project, EstimateQuery(only: [.route: "odd"]))
        #expect(odd.overall.drawn == (ids.count + 1) / 2)
    }

    @Test(
        "picks, hidden checks, and what was taken back are not estimated from; a lead's verdict is, instead of others")
    func counted() async throws {
        let world = try await StoredExchanges.drawn(12) { $0.slots = 2 }
        let queue = ReviewService(pool: pool)
        for (reviewer, score) in [("asha", 1), ("ravi", 2)] {
            while let item = try await queue.next(for: reviewer, in: world.project) {
                _ = try await queue.submit(.all(score), slot: item.slot, token: item.leaseToken, in: world.project)
            }
        }
        let picked = try await world.add()
        try await SamplingService(pool: pool).pick([picked], by: "lead", in: world.project)
        let item = try #require(try await queue.next(for: "mira", in: world.project))
        #expect(item.exchange == picked)
        _ = try await queue.submit(.all(5), slot: item.slot, token: item.leaseToken, in: world.project)
        func accuracy() async throws -> Measure {
            let report = try await EstimateService(pool: pool).report(of: world.project, EstimateQuery())
            #expect(report.overall.drawn == 12)
            return try #require(report.overall.measures.first { $0.name == "accuracy" })
        }
        #expect(try await accuracy().value == 1.5)
        _ = try await queue.undo(by: "ravi", in: world.project)
        #expect(try await accuracy().value == (11 * 1.5 + 1) / 12)
        let any: UUID = try await pool.query(
            "SELECT exchange_id FROM gleaner.review_items WHERE purpose = 'sample' AND standing = 'agreed' LIMIT 1")[0]
            .decode("exchange_id")
        _ = try await Disputes(pool: pool).decide(ID(any), .all(5), reason: "right", by: "lead", in: world.project)
        #expect(try await accuracy().value == (10 * 1.5 + 1 + 5) / 12)
    }

    @Test("what was drawn and not reviewed is shown, and too few reviews say so")
    func little() async throws {
        let world = try await StoredExchanges.drawn(5)
        let queue = ReviewService(pool: pool)
        let item = try #require(try await queue.next(for: "asha", in: world.project))
        _ = try await queue.submit(.all(3), slot: item.slot, token: item.leaseToken, in: world.project)
        let report = try await EstimateService(pool: pool).report(of: world.project, EstimateQuery(by: .rule))
        #expect((report.overall.drawn, report.overall.reviewed) == (5, 1))
        #expect(report.overall.response == 0.2)
        #expect(report.overall.measures.allSatisfy { $0.status == .notEnoughData && $0.value == nil })
        #expect(report.slices.map(\.value) == ["all"])
        let stranger = try await StoredExchanges.single(pool, project: "other")
        let theirs = try await EstimateService(pool: pool).report(of: stranger.project, EstimateQuery())
        #expect(theirs.overall.drawn == 0)
        #expect(theirs.overall.measures.isEmpty)
        let earlier = TimeRange(from: Date().addingTimeInterval(-9e5), to: Date().addingTimeInterval(-8e5))
        #expect(
            try await EstimateService(pool: pool).report(of: world.project, EstimateQuery(range: earlier)).overall.drawn
                == 0)
    }
}
