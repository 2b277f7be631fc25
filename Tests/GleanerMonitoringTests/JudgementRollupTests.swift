import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import Testing

@testable import GleanerFeedback
@testable import GleanerMonitoring
@testable import GleanerReview

@Suite("Rollups of judgements and reviews", .database)
struct JudgementRollupTests {
    private func thumbs(_ world: RollupWorld) async throws -> [Int] {
        let row = try await world.pool.query(
            """
            SELECT coalesce(sum(ups), 0)::bigint AS ups, coalesce(sum(downs), 0)::bigint AS downs,
                   coalesce(sum(rated), 0)::bigint AS rated, coalesce(sum(left_out), 0)::bigint AS left_out,
                   coalesce(sum(comments), 0)::bigint AS comments
            FROM report.ratings_daily
            """)[0]
        return try ["ups", "downs", "rated", "left_out", "comments"].map { try row.decode($0) }
    }

    @Test("feedback counts with its exchange as soon as it is given, the newest of each rater, and not of marked ones")
    func feedback() async throws {
        let world = try await RollupWorld()
        let service = FeedbackService(store: PostgresFeedbackStore(pool: world.pool))
        let ids = try await world.add(20, in: RollupWorld.hour(20), seed: 1)
        try await world.rollups.pass()
        func give(_ judgement: Judgement, _ index: Int, _ rater: String) async throws {
            _ = try await service.give([judgement], on: .exchange(ids[index]), rater: rater, by: world.stored.caller)
        }
        try await give(.thumb(up: true), 0, "ram")
        try await give(.thumb(up: false), 0, "sita")
        try await give(.thumb(up: false), 1, "ram")
        try await give(.comment("Bahut accha"), 1, "ram")
        try await world.rollups.pass()
        #expect(try await thumbs(world) == [1, 2, 2, 0, 1])
        try await give(.thumb(up: true), 1, "ram")
        try await world.rollups.pass()
        #expect(try await thumbs(world) == [2, 1, 2, 0, 1])
        let low = try await world.share(
            "SELECT report.wilson_low(sum(ups), sum(ups + downs)) AS x FROM report.ratings_daily")
        #expect(abs(try #require(low) - (try #require(WilsonInterval(2, of: 3)).low)) < 1e-12)
        // A mark takes both of ram's votes out, and clearing it brings them back.
        let suspicion = Suspicion(
            rater: "ram", reason: .burst, since: RollupWorld.hour(30), until: nil, evidence: ["count": 99])
        let raters = RaterStore(pool: world.pool)
        try await world.pool.withTransaction { connection in
            try await raters.mark([suspicion], of: world.project, at: Date(), on: connection)
        }
        try await world.rollups.pass()
        #expect(try await thumbs(world) == [0, 1, 1, 2, 1])
        #expect(try await raters.clear("ram", of: world.project, by: "lead", note: nil) == 1)
        try await world.rollups.pass()
        #expect(try await thumbs(world) == [2, 1, 2, 0, 1])
    }

    @Test("stars are counted by their number, the newest of each rater")
    func stars() async throws {
        let world = try await RollupWorld()
        let service = FeedbackService(store: PostgresFeedbackStore(pool: world.pool))
        let ids = try await world.add(5, in: RollupWorld.hour(20), seed: 1)
        for (index, rater, score) in [(0, "ram", 1), (0, "sita", 5), (1, "ram", 3), (1, "ram", 5), (2, "sita", 2)] {
            _ = try await service.give(
                [.score(try Score(score))], on: .exchange(ids[index]), rater: rater, by: world.stored.caller)
        }
        try await world.rollups.pass()
        for view in ["ratings_hourly", "ratings_daily"] {
            let row = try await world.pool.query(
                """
                SELECT sum(stars_1)::bigint AS stars_1, sum(stars_2)::bigint AS stars_2, sum(stars_3)::bigint AS stars_3,
                       sum(stars_4)::bigint AS stars_4, sum(stars_5)::bigint AS stars_5, sum(stars)::bigint AS stars
                FROM report.\(raw: view)
                """)[0]
            let counts = try ["stars_1", "stars_2", "stars_3", "stars_4", "stars_5", "stars"].map {
                try row.decode($0, as: Int.self)
            }
            #expect(counts == [1, 1, 0, 0, 2, 4], "\(view)")
        }
    }

    @Test("feedback that waits for its exchange counts when that one lands")
    func early() async throws {
        let world = try await RollupWorld()
        let service = FeedbackService(store: PostgresFeedbackStore(pool: world.pool))
        _ = try await service.give(
            [.thumb(up: true)], on: .completion("chatcmpl-1"), rater: "ram", by: world.stored.caller)
        let id = try await world.stored.add(completion: "chatcmpl-1")
        await service.joinEarly([
            LandedExchange(project: world.project, id: id, completion: "chatcmpl-1", conversation: nil, turn: nil)
        ])
        try await world.rollups.landed([(id, world.project)])
        try await world.rollups.pass()
        #expect(try await thumbs(world) == [1, 0, 1, 0, 0])
    }

    @Test("of decisions about a text the newest counts, and a person's takes a flag back")
    func flags() async throws {
        let world = try await RollupWorld()
        let ids = try await world.add(30, in: RollupWorld.hour(10), seed: 1)
        var newest = ""
        func decide(_ index: Int, _ target: String, _ action: String) async throws {
            let id = ids[index]
            // Within a millisecond, ids are in no order.
            var decision = ID<Exchange>.new(on: id.shard)
            while decision.uuid.uuidString.prefix(13) <= newest { decision = .new(on: id.shard) }
            newest = String(decision.uuid.uuidString.prefix(13))
            try await world.pool.query(
                """
                INSERT INTO gleaner.moderation_decisions (shard, id, project_id, exchange_id, target, subject_id,
                    policy_version, action, categories, reason, created_at)
                VALUES (\(id.shard.value), \(decision.uuid), \(world.project.uuid), \(id.uuid), \(target),
                        \(id.uuid), 0, \(action), '{harassment,violence}', 'threshold', now())
                """)
        }
        try await decide(0, "prompt", "flag")
        try await decide(1, "response", "block")
        try await decide(1, "prompt", "redact")
        try await decide(2, "response", "unknown")
        try await decide(3, "prompt", "flag")
        try await decide(3, "prompt", "allow")
        try await decide(4, "exchange", "allow")
        try await world.rollups.pass()
        let row = try await world.pool.query(
            """
            SELECT sum(flagged)::bigint AS flagged, sum(prompt_flagged)::bigint AS prompt_flagged,
                   sum(response_flagged)::bigint AS response_flagged, sum(blocked)::bigint AS blocked,
                   sum(unjudged)::bigint AS unjudged FROM report.safety_hourly
            """)[0]
        let counts = try ["flagged", "prompt_flagged", "response_flagged", "blocked", "unjudged"].map {
            try row.decode($0, as: Int.self)
        }
        #expect(counts == [2, 2, 1, 1, 1])
        let categories = try await world.number(
            "SELECT sum(exchanges)::bigint AS n FROM report.categories_daily WHERE category = 'violence'")
        #expect(categories == 3)
    }

    @Test("of moderation the highest score of each text counts, by classifier and model, of the newest result")
    func moderationScores() async throws {
        let world = try await RollupWorld()
        let hour = RollupWorld.hour(10)
        let ids = try await world.add(60, in: hour, for: 8, seed: 1)
        let inOrder = ids.sorted { $0.uuid.uuidString < $1.uuid.uuidString }
        func judge(
            _ id: ID<Exchange>, _ target: String, _ raw: String?, model: String = "m-1", afterSeconds: Double = 1
        ) async throws {
            let result = RollupWorld.id(at: hour.addingTimeInterval(60 + afterSeconds))
            try await world.pool.query(
                """
                INSERT INTO gleaner.moderation_results (shard, id, project_id, exchange_id, target, subject_id, classifier, model,
                    status, raw, failure, latency_ms, created_at)
                VALUES (\(id.shard.value), \(result.uuid), \(world.project.uuid), \(id.uuid), \(target), \(id.uuid), 'openai',
                        \(model), \(raw == nil ? "error" : "ok"), \(raw.map { JSONB($0) }),
                        \(raw == nil ? "unreachable" : nil), 1, now())
                """)
        }
        // Nothing on either side in one row; then something on one of them, which counts instead.
        try await judge(inOrder[0], "exchange", #"{"scores": {}}"#)
        try await judge(inOrder[0], "response", #"{"scores": {"hate": 0.26, "violence": 0.5}}"#, afterSeconds: 2)
        try await judge(inOrder[1], "prompt", #"{"scores": {"hate": 0.9}}"#)
        try await judge(inOrder[1], "prompt", #"{"scores": {"hate": 0.5, "violence": 0.01}}"#, afterSeconds: 2)
        try await judge(inOrder[1], "prompt", nil, afterSeconds: 3)
        try await judge(inOrder[2], "prompt", #"{"scores": {"hate": 1}}"#, model: "m-2")
        // Of ten seconds ten are looked at, whatever is said of the others.
        try await judge(inOrder[12], "prompt", #"{"scores": {"hate": 0.5}}"#)
        try await world.rollups.pass()
        let rows = try await world.pool.query(
            """
            SELECT target || ' ' || classifier_model || ' ' || bin || ' ' || low || ' ' || sum(exchanges) AS line
            FROM report.moderation_scores_hourly WHERE at = \(hour) AND classifier = 'openai'
            GROUP BY target, classifier_model, bin, low ORDER BY 1
            """)
        let lines = try rows.map { try $0.decode("line", as: String.self) }
        #expect(lines == ["prompt m-1 0 0 1", "prompt m-1 992 0.5 1", "prompt m-2 1000 1 1", "response m-1 992 0.5 1"])
        // A day is its hours added up, and an erased exchange counts no more.
        func counted(_ minutes: Int16) async throws -> Int {
            try await world.number(
                "SELECT sum(n)::bigint AS n FROM gleaner.rollup_moderation_scores WHERE minutes = \(minutes)")
        }
        #expect(try await counted(1440) == 4)
        try await world.pool.query("DELETE FROM gleaner.exchanges WHERE id = \(inOrder[2].uuid)")
        try await world.rollups.landed([(inOrder[2], world.project)])
        try await world.rollups.pass()
        #expect(try await counted(60) == 3)
    }

    @Test("estimates of quality equal those of the review desk, whole and by slice, to 1e-9")
    func quality() async throws {
        let world = try await RollupWorld()
        var random = SeededRandom(seed: 11)
        let hours = [RollupWorld.hour(60), RollupWorld.hour(30), RollupWorld.hour(2)]
        var ids: [ID<Exchange>] = []
        for (number, hour) in hours.enumerated() { ids += try await world.add(250, in: hour, seed: UInt64(number)) }
        let sampling = SamplingService(pool: world.pool)
        _ = try await sampling.setRule(project: world.project, name: "floor", probability: 0.4)
        _ = try await sampling.setRule(
            project: world.project, name: "more", RuleDocument(match: RuleMatch(variant: ["b"]), probability: 0.7))
        try await sampling.draw(ids.map { SamplingCandidate(id: $0, project: world.project, isEligible: true) })
        let drawn = try await world.pool.query("SELECT DISTINCT exchange_id FROM gleaner.samples").map {
            ID<Exchange>(try $0.decode("exchange_id", as: UUID.self))
        }
        // Most are judged, some twice.
        for id in drawn where Double.random(in: 0..<1, using: &random) < 0.8 {
            for reviewer in ["asha", "bina"].prefix(Int.random(in: 1...2, using: &random)) {
                let isCorrected = Int.random(in: 0..<6, using: &random) == 0
                try await world.stored.review(
                    id, score: .random(in: 2...5, using: &random), reviewer: reviewer,
                    correction: isCorrected ? "Behtar jawab" : nil)
            }
        }
        _ = try await world.rollups.rebuild(world.project, from: RollupWorld.hour(72), to: Date())
        let (from, to) = (RollupWorld.hour(72), RollupWorld.hour(0).addingTimeInterval(3600))
        for slice in [EstimateQuery.Slice?.none, .variant, .language] {
            var query = EstimateQuery(by: slice)
            query.range = TimeRange(from: from, to: to)
            let report = try await EstimateService(pool: world.pool).report(of: world.project, query)
            let rows = try await world.pool.query(
                """
                SELECT coalesce(slice_value, '') AS slice_value, measure, value, low, high, n, effective_n, drawn, judged, population
                FROM report.quality('default', \(from), \(to), \(slice?.rawValue))
                """)
            for expected in slice == nil ? [report.overall] : report.slices {
                for measure in expected.measures {
                    let name = slice == nil ? "" : expected.value ?? "(none)"
                    let row = try #require(
                        try rows.first {
                            try $0.decode("slice_value", as: String.self) == name
                                && $0.decode("measure", as: String.self) == measure.name
                        }, "\(name) \(measure.name)")
                    #expect(try row.decode("n", as: Int.self) == measure.count)
                    #expect(try row.decode("drawn", as: Int.self) == expected.drawn)
                    for (column, value) in [("value", measure.value), ("low", measure.low), ("high", measure.high)] {
                        let found = try row.decodeIfPresent(column, as: Double.self)
                        #expect((found == nil) == (value == nil), "\(name) \(measure.name) \(column)")
                        #expect(abs((found ?? 0) - (value ?? 0)) < 1e-9, "\(name) \(measure.name) \(column)")
                    }
                }
            }
            #expect(rows.count >= 7)
        }
    }

    @Test("a review that is given, and one that is taken back, are counted without a rebuild")
    func reviews() async throws {
        let world = try await RollupWorld()
        let ids = try await world.add(5, in: RollupWorld.hour(3), seed: 1)
        let sampling = SamplingService(pool: world.pool)
        _ = try await sampling.setRule(project: world.project, name: "floor", probability: 1)
        try await sampling.draw(ids.map { SamplingCandidate(id: $0, project: world.project, isEligible: true) })
        try await world.rollups.pass()
        #expect(
            try await world.number("SELECT sum(n)::bigint AS n FROM gleaner.rollup_reviews WHERE minutes = 60") == 5)
        let queue = ReviewService(pool: world.pool)
        let item = try #require(try await queue.next(for: "asha", in: world.project))
        let scores = Dictionary(uniqueKeysWithValues: Rubric.standard.questions.map { ($0.name, 4) })
        let answers = ReviewAnswers(scores: scores, correction: nil, comment: nil)
        _ = try await queue.submit(answers, slot: item.slot, token: item.leaseToken, in: world.project)
        try await world.rollups.pass()
        let judged: SQL = """
            SELECT coalesce(sum(n), 0)::bigint AS n FROM gleaner.rollup_reviews WHERE minutes = 1440 AND measure = 'corrected'
            """
        #expect(try await world.number(judged) == 1)
        #expect(try await world.number("SELECT sum(reviews)::bigint AS n FROM report.review_work_daily") == 1)
        try await world.rollups.countBacklog()
        #expect(try await world.number("SELECT slots AS n FROM report.review_backlog WHERE state = 'open'") > 3)
    }
}
