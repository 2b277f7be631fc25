import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import HTTPTypes
import Logging
import Testing

@testable import GleanerFeedback

@Suite("Judgements as rows", .database)
struct JudgementRowsTests {
    private var pool: PostgresPool { TestDatabase.current.pool }
    private var service: FeedbackService { FeedbackService(store: PostgresFeedbackStore(pool: pool)) }

    /// One of each kind and form, with text that SQL and JSON might trip over.
    private func everyKind() throws -> [Judgement] {
        [
            .thumb(up: true), .thumb(up: false), .score(try Score(1)), .score(try Score(5)),
            .comment("bahut accha 👍🏽 'quoted' {a,\"b\"} NULL"), .correction("Pehle paani,\n\tphir patti \\ doodh."),
            .flag(raised: true, reason: "galat jaankari"), .flag(raised: true, reason: nil),
            .flag(raised: false, reason: nil), .tags([]), .tags(["bahut lamba", "{a}", "\"b\"", "ग़लत"]),
            .signal(.copied), .signal(.regenerated), .signal(.abandoned),
            .preference(Judgement.Preference(isChosen: true, other: .exchange(.new()))),
            .preference(Judgement.Preference(isChosen: false, other: .completion("chatcmpl-2"))),
            .preference(Judgement.Preference(isChosen: false, other: .text("Doosra jawab."))),
        ]
    }

    @Test("every kind comes back as it was given, whether it waited for its exchange or not", arguments: [false, true])
    func roundTrip(_ waits: Bool) async throws {
        let world = try await StoredExchanges(pool: pool)
        let given = try everyKind()
        if !waits { try await world.add(completion: "chatcmpl-1") }
        let receipt = try await service.give(
            given, on: .completion("chatcmpl-1"), rater: "आशा", by: world.caller, source: "import")
        #expect((receipt.exchange == nil) == waits)
        #expect(receipt.feedback.map(\.kind) == given.map(\.kind))
        let id = if let exchange = receipt.exchange { exchange } else { try await world.add(completion: "chatcmpl-1") }
        await service.joinEarly([.init(project: world.project, id: id, completion: "chatcmpl-1")])

        let stored = try await service.feedback(on: id, of: world.project)
        let found = Dictionary(uniqueKeysWithValues: stored.map { ($0.id, $0.judgement) })
        #expect(receipt.feedback.map { found[$0.id] } == given)
        #expect(stored.allSatisfy { $0.rater == "आशा" && $0.source == "import" && $0.proof == .key })
        #expect(stored.map(\.at) == stored.map(\.at).sorted(by: >))
        // Who sent it, and the shard that lets the database find it without looking everywhere.
        let rows = try await pool.query("SELECT DISTINCT api_key_id, shard, exchange_id FROM gleaner.feedback")
        #expect(rows.count == 1)
        #expect(try rows[0].decode("api_key_id", as: UUID.self) == world.caller.key.uuid)
        #expect(try rows[0].decode("shard", as: Int16.self) == id.shard.value)
    }

    @Test("a list shows each judgement with its own members only, and what they come to")
    func listed() async throws {
        let world = try await StoredExchanges(pool: pool)
        let id = try await world.add()
        for (judgement, rater) in [
            (Judgement.thumb(up: true), "asha"), (.thumb(up: false), "asha"), (.thumb(up: true), "ravi"),
            (.flag(raised: true, reason: "spam"), "ravi"), (.correction("Behtar."), "asha"),
        ] {
            _ = try await service.give([judgement], on: .exchange(id), rater: rater, by: world.caller)
        }
        let listed = FeedbackListed(
            try await service.feedback(on: id, of: world.project), limit: 100,
            current: try await service.currentJudgement(of: id, in: world.project))
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        let document = try JSONDecoder().decode(JSONValue.self, from: encoder.encode(listed))
        #expect(
            document["current"] == [
                "ups": 1, "downs": 1, "scores": [], "corrections": ["Behtar."], "flagged": true, "tags": [:],
                "signals": [:], "preferred": 0, "rejected": 0,
            ])
        let items = try #require(document["feedback"]?.arrayValue)
        #expect(items.map { $0["kind"] } == ["correction", "flag", "thumb", "thumb", "thumb"])
        #expect(items[0]["body"] == "Behtar.")
        #expect(items[1]["raised"] == true && items[1]["body"] == "spam")
        #expect(items[2...].map { $0["thumb"] } == ["up", "down", "up"])
        #expect(
            items[2].objectValue?.keys.sorted() == ["created_at", "id", "kind", "proof", "rater", "source", "thumb"])
    }

    @Test("the list is paged, and what it comes to counts votes of a key without a name once")
    func paged() async throws {
        let world = try await StoredExchanges(pool: pool)
        let id = try await world.add()
        for number in 0..<5 {
            _ = try await service.give(
                [.thumb(up: number % 2 == 0), .comment("c\(number)")], on: .exchange(id), rater: nil, by: world.caller)
        }
        let app = try await FeedbackApp(world)
        try await app.run { client in
            var (pages, before) = ([[String]](), "")
            repeat {
                let page = try await client.get("/api/exchanges/\(id)/feedback?limit=4\(before)", key).json
                let items = try #require(page["feedback"]?.arrayValue)
                pages.append(items.compactMap { $0["id"]?.stringValue })
                let current = page["current"]
                #expect((current?["ups"] == 1 && current?["downs"] == 0) == before.isEmpty)
                before = page["next"]?.stringValue.map { "&before=\($0)" } ?? ""
            } while !before.isEmpty
            #expect(pages.map(\.count) == [4, 4, 2])
            #expect(Set(pages.joined()).count == 10)
            #expect(try await client.get("/api/exchanges/\(id)/feedback?limit=501", key).status.code == 400)
        }
    }

    @Test("one judgement that the database refuses keeps all of the same call out, and waiting ones where they are")
    func allOrNone() async throws {
        let world = try await StoredExchanges(pool: pool)
        let both: [Judgement] = [.thumb(up: true), .comment("theek hai")]
        try await pool.query("ALTER TABLE gleaner.feedback ADD CONSTRAINT no_comments CHECK (kind <> 'comment')")
        let id = try await world.add()
        await #expect(throws: PostgresError.self) {
            try await service.give(both, on: .exchange(id), rater: nil, by: world.caller)
        }
        _ = try await service.give(both, on: .completion("c"), rater: nil, by: world.caller)
        let landed = try await world.add(completion: "c")
        // Ingest goes on: what cannot be joined now must not hold up what lands behind it.
        let joining = service
        await joining.joinEarly([.init(project: world.project, id: landed, completion: "c")])
        #expect(joining.metrics.failedJoins == 1)
        for exchange in [id, landed] {
            #expect(try await service.feedback(on: exchange, of: world.project).isEmpty)
        }
        try await pool.query("ALTER TABLE gleaner.feedback DROP CONSTRAINT no_comments")
        #expect(try await service.joinAllEarly() == 2)
        #expect(try await service.feedback(on: landed, of: world.project).count == 2)
    }

    @Test("the sweep joins by itself what ingest overlooked, and ends when it is told to")
    func sweep() async throws {
        let world = try await StoredExchanges(pool: pool)
        let service = service
        _ = try await service.give([.thumb(up: true)], on: .completion("late"), rater: nil, by: world.caller)
        let sweep = EarlyFeedbackSweep(
            service: service, logger: Logger(label: "sweep-test"), interval: .milliseconds(20))
        let running = Task { try await sweep.run() }
        let id = try await world.add(completion: "late")
        let deadline = ContinuousClock.now + .seconds(30)
        var found: [StoredFeedback] = []
        while found.isEmpty, ContinuousClock.now < deadline {
            found = try await service.feedback(on: id, of: world.project)
        }
        #expect(found.map(\.judgement) == [.thumb(up: true)])
        running.cancel()
        try await running.value
    }
}
