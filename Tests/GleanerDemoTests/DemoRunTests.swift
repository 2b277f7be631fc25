import GleanerCore
import Synchronization
import Testing

@testable import GleanerDemo

@Suite("Demo run")
struct DemoRunTests {
    private static func configuration(_ conversations: Int, reviews: Int = 20) -> DemoRunConfiguration {
        DemoRunConfiguration(
            gateway: "http://127.0.0.1:1", key: "gln_test", conversations: conversations, reviewShare: reviews,
            patience: .milliseconds(60), queuePatience: .milliseconds(20))
    }

    private static func run(
        _ gateway: FakeGateway, _ configuration: DemoRunConfiguration
    ) async throws -> DemoReport {
        try await DemoRun(configuration: configuration, transport: gateway) { _, _, _ in }.run()
    }

    @Test("every planned turn becomes an exchange, and every planned judgement arrives")
    func whole() async throws {
        let gateway = FakeGateway()
        let configuration = Self.configuration(150)
        let report = try await Self.run(gateway, configuration)
        let turns = DemoPlan(seed: configuration.seed, conversations: 150).conversations.flatMap(\.turns)
        #expect(report.conversations == 150)
        #expect(report.exchangesSent == turns.count)
        #expect(report.exchangesCompleted == turns.count)
        #expect(report.exchangesFailed.isEmpty)
        #expect(report.judgements.values.reduce(0, +) == turns.map(\.judgements.count).reduce(0, +))
        #expect(report.exchangesRated == turns.filter { !$0.judgements.isEmpty }.count)
        #expect(report.truth["bad"] == turns.filter { $0.quality.name == "bad" }.count)
        #expect(report.reviewsSubmitted == 20)
        #expect(report.promotion?.promoted == 42)
        #expect(report.promotion?.version == "1")
        #expect(report.promotion?.excluded == ["score_below": 7, "duplicate": 2])
        #expect(gateway.state.withLock(\.mostOpen) <= configuration.concurrency)
    }

    @Test("early judgements really are sent while their exchange is open")
    func early() async throws {
        let gateway = FakeGateway()
        let report = try await Self.run(gateway, Self.configuration(150, reviews: 0))
        #expect(report.judgementsEarly > 0)
        #expect(gateway.state.withLock(\.early) == report.judgementsEarly)
        let byCompletion = gateway.state.withLock { $0.feedback.filter { $0["completion_id"] != nil }.count }
        #expect(byCompletion > 0)
        #expect(report.judgementsByCompletion == byCompletion)
    }

    @Test("the same seed sends the same requests, another seed others")
    func sameTraffic() async throws {
        func chats(seed: UInt64) async throws -> [String] {
            let gateway = FakeGateway()
            var configuration = Self.configuration(40, reviews: 0)
            configuration.seed = seed
            _ = try await Self.run(gateway, configuration)
            return gateway.state.withLock(\.calls).map { String(decoding: $0.body, as: UTF8.self) }.sorted()
        }
        // Exchange ids are the gateway's, so only judgements that name a completion are the same byte for byte.
        func stable(_ bodies: [String]) -> [String] { bodies.filter { !$0.contains("exchange_id") } }
        let first = try await chats(seed: 1)
        #expect(stable(first) == stable(try await chats(seed: 1)))
        #expect(stable(first) != stable(try await chats(seed: 2)))
    }

    @Test("a gateway that is away for a moment costs the requests it missed, and no more")
    func outage() async throws {
        var configuration = Self.configuration(60, reviews: 0)
        configuration.patience = .seconds(20)
        let report = try await Self.run(FakeGateway(lost: 10...12), configuration)
        let failed = report.exchangesFailed.values.reduce(0, +)
        #expect(failed + report.judgementsFailed.values.reduce(0, +) >= 1)
        #expect(report.exchangesFailed.keys.allSatisfy { $0 == "unreachable" })
        #expect(report.exchangesSent == report.exchangesCompleted + failed)
        #expect(report.conversations == 60)
    }

    @Test("a gateway that stays away ends the run with an error that says how to go on")
    func gone() async throws {
        let error = await #expect(throws: DemoError.self) {
            try await Self.run(FakeGateway(lost: 5...100_000), Self.configuration(60))
        }
        let expected = DemoError.gatewayGone(
            url: "http://127.0.0.1:1", for: .milliseconds(60), reason: "connection refused")
        #expect(error == expected)
        #expect(expected.explanation.fix.contains("gleaner demo"))
        #expect(expected.description.contains("http://127.0.0.1:1"))
    }

    @Test("a refused key ends the run at once")
    func refused() async throws {
        await #expect(throws: DemoError.keyRefused(status: 401)) {
            try await Self.run(FakeGateway(refusing: true), Self.configuration(60))
        }
    }

    @Test("reviewers submit scores from 1 to 5 with the lease they hold")
    func reviews() async throws {
        let gateway = FakeGateway()
        let report = try await Self.run(gateway, Self.configuration(80, reviews: 60))
        let sent = gateway.state.withLock(\.reviews)
        #expect(sent.count == report.reviewsSubmitted + report.reviewsSkipped)
        let submitted = sent.compactMap { $0["scores"]?.objectValue }
        #expect(submitted.count == 60)
        for scores in submitted {
            #expect(Set(scores.keys) == ["relevance", "accuracy", "appropriateness", "natural_language"])
            #expect(scores.values.allSatisfy { (1...5).contains($0.intValue ?? 0) })
        }
        #expect(sent.allSatisfy { $0["lease_token"]?.stringValue == $0["slot"]?.intValue.map { "t-\($0)" } })
        #expect(sent.contains { $0["correction"] != nil })
        #expect(Set(sent.compactMap { $0["reviewer"]?.stringValue }).count == 2)
    }
}

@Suite("Demo plan")
struct DemoPlanTests {
    private static let plan = DemoPlan(seed: 7, conversations: 1000)

    @Test("is the same for the same seed, and a longer one begins with the shorter")
    func deterministic() {
        #expect(DemoPlan(seed: 7, conversations: 50).conversations == Array(Self.plan.conversations.prefix(50)))
        #expect(DemoPlan(seed: 8, conversations: 50) != DemoPlan(seed: 7, conversations: 50))
    }

    @Test("at least a third of the conversations have several turns, and about half of the turns stream")
    func shape() {
        let conversations = Self.plan.conversations
        #expect(conversations.filter { $0.turns.count > 1 }.count * 3 >= conversations.count)
        #expect(conversations.contains { $0.turns.count == 3 })
        let turns = conversations.flatMap(\.turns)
        let streamed = Double(turns.filter(\.stream).count) / Double(turns.count)
        #expect((0.45...0.55).contains(streamed))
        for bot in DemoBot.allCases {
            #expect(Set(conversations.filter { $0.bot == bot }.map(\.systemPrompt)).count == 2)
        }
    }

    @Test("a few users write most: the first about twice as often as the second, and 80 at most")
    func zipf() {
        let counts = Dictionary(grouping: Self.plan.conversations, by: \.user).mapValues(\.count)
        #expect(counts.count <= DemoPlan.userCount)
        #expect(counts.count > 40)
        let first = Double(counts["demo-user-1"] ?? 0)
        let second = Double(counts["demo-user-2"] ?? 1)
        #expect((1.4...2.8).contains(first / second))
    }

    @Test("few answers are rated, and bad ones more often than good ones")
    func silentMajority() {
        func share(_ quality: DemoQuality) -> Double {
            var random = SplitMix64(seed: 3)
            let rated = (0..<20_000).filter { _ in
                !DemoRaters.judge(quality, goodAnswer: nil, with: &random).isEmpty
            }
            return Double(rated.count) / 20_000
        }
        #expect(abs(share(.good) - 0.08) < 0.01)
        #expect(abs(share(.mediocre(.vague)) - 0.05) < 0.01)
        #expect(abs(share(.bad(.wrong)) - 0.22) < 0.01)
    }

    @Test("some raters of good answers press the wrong thumb, most do not")
    func noise() {
        var random = SplitMix64(seed: 4)
        let thumbs = (0..<40_000).flatMap { _ in DemoRaters.judge(.good, goodAnswer: nil, with: &random) }.compactMap {
            if case .thumb(let up) = $0 { up } else { nil }
        }
        let wrong = Double(thumbs.filter { !$0 }.count) / Double(thumbs.count)
        #expect((0.04...0.10).contains(wrong))
    }

    @Test("one reviewer is harsher than the other")
    func tempers() {
        func mean(_ reviewer: DemoReviewer) -> Double {
            var random = SplitMix64(seed: 5)
            let scores = (0..<2000).map { _ in reviewer.score(.mediocre(.vague), with: &random).accuracy }
            return Double(scores.reduce(0, +)) / 2000
        }
        #expect(mean(DemoReviewer.all[0]) < 4)
        #expect(mean(DemoReviewer.all[1]) > 4)
    }

    @Test("SplitMix64 gives the published first values for seed 1234567")
    func generator() {
        var random = SplitMix64(seed: 1_234_567)
        #expect(
            (0..<3).map { _ in random.next() } == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
            ])
    }
}
