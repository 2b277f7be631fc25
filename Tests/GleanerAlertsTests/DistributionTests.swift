import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import Testing

@testable import GleanerAlerts

/// How what is counted is spread, held against how it was.
@Suite("Drift of what users and moderation say", .database)
struct DistributionTests {
    private static let end = AlertWindow.day.beginnings(at: AlertWorld.now)[1]

    @Test("stars that are spread otherwise raise an alert, also where their mean is the same")
    func stars() async throws {
        let world = try await AlertWorld()
        try await world.put(["measure": "rating_drift", "line": 0.05, "window": "1d", "minimum": 300], as: "stars")
        func rate(_ stars: [Int64], hoursAgo: Double, source: String = "gateway") async throws {
            let at = Self.end.addingTimeInterval(-3600 * hoursAgo)
            let count = stars.reduce(0, +)
            try await world.count(
                [Series.Row(at: at, count: Double(count), sum: 0)], minutes: 60, source: source)
            try await world.pool.query(
                """
                INSERT INTO gleaner.rollup_judgements
                SELECT \(world.project.uuid), 60, \(at), \(source), 'chat', '', 'p', 'm', 'hi-en', '', \(count), 0, 0, \(count),
                       0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, \(stars[0]), \(stars[1]), \(stars[2]), \(stars[3]), \(stars[4])
                """)
        }
        try await rate([40, 80, 360, 80, 40], hoursAgo: 30)
        await world.look()
        let before = try #require(try await world.service.rule("stars", of: world.project).standings.first)
        #expect(before.verdict == .notEnoughData)
        try await rate([20, 40, 180, 40, 20], hoursAgo: 6)
        await world.look()
        let quiet = try #require(try await world.service.rule("stars", of: world.project).standings.first)
        // Of so few a line that near cannot be ruled out.
        #expect(quiet.verdict == .unclear && quiet.value == 0 && quiet.low == 0 && quiet.count == 300)
        // Copies to candidates are not asked for.
        try await rate([300, 0, 0, 0, 0], hoursAgo: 5, source: "shadow")
        // Loved or hated, and 3 on average as ever.
        try await rate([120, 30, 0, 30, 120], hoursAgo: 4)
        await world.look()
        let alert = try #require(try await world.alerts().first)
        #expect(alert.count == 600 && alert.low > 0.05)
        let test = ChiSquared.homogeneity([40, 80, 360, 80, 40], [140, 70, 180, 70, 140])
        #expect(abs(alert.value - test.effect) < 1e-9)
        let noise = test.threshold(alpha: alert.document.alpha(slices: 1))
        #expect(abs(alert.low - (test.effect - noise)) < 1e-9)
        #expect(AlertEvidence.exchanges(of: alert)?.contains("rating=scored") == true)
        let words = try await world.service.rule("stars", of: world.project).rule.words
        #expect(words == "drift of scores above 0.05 against the 1d before, over 1d")
    }

    @Test("moderation's scores are of one classifier's model and of one text")
    func moderation() async throws {
        let world = try await AlertWorld()
        func judge(
            _ scores: [Int64], hoursAgo: Double, target: String = "prompt", model: String = "omni-1"
        ) async throws {
            try await world.pool.query(
                """
                INSERT INTO gleaner.rollup_moderation_scores
                SELECT \(world.project.uuid), 60, \(Self.end.addingTimeInterval(-3600 * hoursAgo)), 'gateway', 'chat', '', 'p', 'm',
                       'en', '', \(target), 'openai', \(model), \(scores.reduce(0, +)), '{0,900,992}', \(PostgresArray(scores))
                """)
        }
        func look(_ of: String) async throws -> RuleLook {
            let document = try AlertRuleDocument([
                "measure": "moderation_drift", "of": .string(of), "line": 0.1, "window": "1d",
            ])
            let series = try await FigureReader(pool: world.pool).series(
                document, of: world.project.description, from: RuleSight.start(document, at: AlertWorld.now),
                to: AlertWorld.now)
            let all = try #require(series[""])
            return try #require(document.looks(at: all, time: AlertWorld.now).first)
        }
        try await judge([900, 80, 20], hoursAgo: 30)
        try await judge([600, 250, 150], hoursAgo: 6)
        try await judge([900, 80, 20], hoursAgo: 30, target: "response")
        try await judge([900, 80, 20], hoursAgo: 6, target: "response")
        let moved = try await look("openai.prompt")
        #expect(moved.count == 1000 && moved.verdict == .beyond)
        #expect(abs(try #require(moved.value) - 0.3) < 1e-9)
        let steady = try await look("openai.response")
        #expect(steady.value == 0 && steady.verdict == .within)
        #expect(try await look("rules.prompt").verdict == .notEnoughData)
        // Another model of the provider's scores otherwise: that is no drift.
        try await judge([0, 0, 700], hoursAgo: 1, model: "omni-2")
        let other = try await look("openai.prompt")
        #expect(other.count == 700 && other.verdict == .notEnoughData)
    }

    @Test("what users ask about is compared by the embeddings of one model, one prompt of a conversation")
    func topics() async throws {
        let world = try await AlertWorld()
        try await world.put(
            ["measure": "topic_drift", "line": 0, "window": "1d", "minimum": 30, "where": ["route": "chat"]],
            as: "topics")
        try await world.makeRoom()
        var draw = SplitMix64(seed: 2)
        func ask(
            _ count: Int, about topic: Float, hoursAgo: Double, version: String = "1-aaaa", route: String = "chat",
            conversation: String? = nil
        ) async throws {
            for number in 0..<count {
                let at = Self.end.addingTimeInterval(-3600 * hoursAgo + Double(number))
                let id = ID<Exchange>(UUIDv7(now: { at }).make(shard: .random()))
                try await world.exchange(id, route: route, conversation: conversation)
                let vector = (0..<8).map { _ in topic + Float.random(in: -1...1, using: &draw) }
                try await world.pool.query(
                    """
                    INSERT INTO gleaner.prompt_embeddings
                    VALUES (\(id.shard.value), \(id.uuid), 'relevance', \(version), \(world.project.uuid),
                            \(Double.random(in: 0..<1, using: &draw)), \(PostgresArray(vector)), now())
                    """)
            }
        }
        func standing() async throws -> AlertStanding {
            await world.look()
            let (rule, standings) = try await world.service.rule("topics", of: world.project)
            #expect(rule.trouble == nil)
            return try #require(standings.first)
        }
        try await ask(40, about: 0, hoursAgo: 30)
        // One conversation is one prompt, and another route is not asked for.
        try await ask(35, about: 4, hoursAgo: 8, conversation: "c-1")
        try await ask(40, about: 4, hoursAgo: 7, route: "help")
        let few = try await standing()
        #expect(few.verdict == .notEnoughData && few.count == 1)
        try await ask(40, about: 0, hoursAgo: 6)
        let quiet = try await standing()
        #expect(quiet.verdict != .beyond && quiet.count == 41 && quiet.low == 0)
        try await ask(30, about: 1, hoursAgo: 5)
        let moved = try await standing()
        #expect(moved.verdict == .beyond && moved.count == 71)
        #expect(moved.from == Self.end.addingTimeInterval(-86_400) && moved.to == Self.end)
        let alert = try #require(try await world.alerts().first)
        #expect(alert.low > 0 && alert.value > alert.low && alert.since == nil)
        #expect(AlertEvidence.exchanges(of: alert)?.contains("figure=relevance.similarity") == true)
        // The same prompts looked at again say the same.
        #expect(try await standing().low == moved.low)
        // Another embedding model is a new baseline.
        try await ask(60, about: 0, hoursAgo: 1, version: "1-bbbb")
        let other = try await standing()
        #expect(other.verdict == .notEnoughData && other.count == 60)
        await #expect(throws: AlertError.self) {
            try await world.service.replay(alert.document, of: world.project, days: 5)
        }
    }

    @Test("prompts are compared every hour, and when their rule was changed")
    func due() throws {
        let changed = AlertWorld.now
        func rule(lookedAt: Date?) -> AlertRule {
            AlertRule(
                id: .new(), project: .new(), projectName: "p", name: "topics", version: 1,
                document: AlertRuleDocument(.topicDrift, line: 0), author: "", note: "", changedAt: changed,
                lookedAt: lookedAt, trouble: nil)
        }
        #expect(rule(lookedAt: nil).isDue(at: changed, every: 3600))
        #expect(rule(lookedAt: changed.addingTimeInterval(-1)).isDue(at: changed, every: 3600))
        let looked = changed.addingTimeInterval(10)
        #expect(!rule(lookedAt: looked).isDue(at: looked.addingTimeInterval(3599), every: 3600))
        #expect(rule(lookedAt: looked).isDue(at: looked.addingTimeInterval(3600), every: 3600))
    }
}
