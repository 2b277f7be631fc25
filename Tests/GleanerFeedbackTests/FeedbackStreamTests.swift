import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import HTTPTypes
import NIOCore
import Testing

@testable import GleanerFeedback

@Suite("The feedback stream", .database)
struct FeedbackStreamTests {
    private var pool: PostgresPool { TestDatabase.current.pool }
    private var stream: FeedbackStream { FeedbackStream(pool: pool) }
    private var service: FeedbackService { FeedbackService(store: PostgresFeedbackStore(pool: pool)) }

    private func mark(_ rater: String, in world: StoredExchanges, reason: String = "burst") async throws {
        try await pool.query(
            """
            INSERT INTO gleaner.rater_marks (id, project_id, rater, reason, since, evidence, marked_at, seen_at)
            VALUES (gen_random_uuid(), \(world.project.uuid), \(rater), \(reason), now() - interval '1 day', '{}', now(), now())
            """)
    }

    /// One of each, oldest first, from two raters.
    private func world() async throws -> StoredExchanges {
        let world = try await StoredExchanges(pool: pool)
        let id = try await world.add()
        for (judgement, rater) in [
            (Judgement.thumb(up: true), "asha"), (.thumb(up: false), "ravi"), (.score(try Score(2)), "asha"),
            (.score(try Score(3)), "ravi"), (.score(try Score(5)), "asha"), (.comment("accha"), "ravi"),
            (.signal(.copied), "asha"), (.tags(["wrong"]), "ravi"),
        ] {
            _ = try await service.give([judgement], on: .exchange(id), rater: rater, by: world.caller)
            // Ids know no more than milliseconds.
            try await Task.sleep(for: .milliseconds(2))
        }
        _ = try await service.give([.thumb(up: true)], on: .conversation("k"), rater: "asha", by: world.caller)
        return world
    }

    private func kinds(
        _ world: StoredExchanges, _ change: (inout FeedbackFilter) -> Void = { _ in }
    ) async throws -> [String] {
        var filter = FeedbackFilter()
        change(&filter)
        return try await stream.page(of: world.project, filter).items.map(\.judgement.kind)
    }

    @Test("the newest comes first, and filters leave what they say")
    func filters() async throws {
        let world = try await world()
        #expect(
            try await kinds(world) == [
                "thumb", "tags", "copied", "comment", "score", "score", "score", "thumb", "thumb",
            ])
        #expect(try await kinds(world) { $0.kind = "comment" } == ["comment"])
        #expect(try await kinds(world) { $0.rating = .down } == ["score", "thumb"])
        #expect(try await kinds(world) { $0.rating = .up } == ["thumb", "score", "thumb"])
        #expect(try await kinds(world) { $0.rater = "ravi" } == ["tags", "comment", "score", "thumb"])
        #expect(try await kinds(world) { $0.conversation = "k" } == ["thumb"])
        #expect(try await kinds(world) { $0.until = Date() - 60 } == [])
        #expect(try await kinds(world) { $0.since = Date() - 60 }.count == 9)
        #expect(try await kinds(world) { $0.isMarked = true } == [])
        try await mark("ravi", in: world)
        try await mark("ravi", in: world, reason: "share")
        #expect(try await kinds(world) { $0.isMarked = true } == ["tags", "comment", "score", "thumb"])
        let page = try await stream.page(of: world.project)
        #expect(page.items.filter { $0.rater == "ravi" }.allSatisfy { Set($0.marks) == [.burst, .share] })
        #expect(page.items.filter { $0.rater == "asha" }.allSatisfy { $0.marks.isEmpty })
    }

    @Test("pages follow each other without a gap or a repetition, and what is new is asked for by itself")
    func pages() async throws {
        let world = try await world()
        let whole = try await stream.page(of: world.project).items.map(\.id)
        var seen: [ID<Feedback>] = []
        var next: ID<Feedback>?
        repeat {
            let page = try await stream.page(of: world.project, before: next, limit: 4)
            seen += page.items.map(\.id)
            next = page.next
        } while next != nil
        #expect(seen == whole)
        #expect(try await stream.page(of: world.project, after: whole[3]).items.map(\.id) == Array(whole[..<3]))
        #expect(try await stream.page(of: world.project, after: whole[0]).items.isEmpty)
    }

    @Test("another project sees none of it")
    func isolation() async throws {
        _ = try await world()
        let other = try await StoredExchanges(pool: pool, project: "other")
        #expect(try await stream.page(of: other.project).items.isEmpty)
    }

    @Test(
        "queries that cannot be meant are refused by name",
        arguments: [
            "kind=nothing", "rating=sideways", "before=x", "after=1", "limit=0", "limit=501", "limit=many",
            "marked=maybe",
            "since=yesterday", "until=2026-13-01T00:00:00Z", "rater=%00",
        ])
    func refused(_ query: String) async throws {
        let app = try await FeedbackApp(StoredExchanges(pool: pool))
        try await app.run { client in
            let response = try await client.get("/api/feedback?\(query)", key)
            #expect(response.status == .badRequest && response.code == "invalid_body")
        }
    }

    @Test("over HTTP an item shows its own members, its subject and its marks")
    func overHTTP() async throws {
        let world = try await world()
        let app = try await FeedbackApp(world)
        try await mark("asha", in: world)
        try await app.run { client in
            let first = try await client.get("/api/feedback?limit=1", key).json
            let item = try #require(first["feedback"]?.arrayValue?.first)
            #expect(item["conversation"] == "k" && item["thumb"] == "up" && item["marks"] == ["burst"])
            #expect(item["exchange_id"] == nil)
            let next = try #require(first["next"]?.stringValue)
            let second = try await client.get("/api/feedback?limit=2&before=\(next)", key).json
            #expect(second["feedback"]?.arrayValue?.map { $0["kind"] } == ["tags", "copied"])
            #expect(second["feedback"]?.arrayValue?[0]["tags"] == ["wrong"])
            let recent = try await client.get("/api/feedback?since=2020-01-01T00:00:00Z&rating=down", key).json
            #expect(recent["feedback"]?.arrayValue?.count == 2 && recent["next"] == nil)
            #expect(try await client.get("/api/feedback").status == .unauthorized)
        }
        try await app.run(scopes: [.feedback]) { client in
            let response = try await client.get("/api/feedback", key)
            #expect(response.status == .forbidden)
        }
    }

    /// A page is read backwards off an index, however much there is: nothing is sorted, nothing walked that is not shown.
    @Test("a page costs a few blocks in a hundred thousand judgements, whatever it is filtered by")
    func plans() async throws {
        let world = try await StoredExchanges(pool: pool)
        try await fill(world, 100_000)
        try await mark("rare", in: world)
        func filter(_ change: (inout FeedbackFilter) -> Void) -> FeedbackFilter {
            var filter = FeedbackFilter()
            change(&filter)
            return filter
        }
        let now = Date()
        for (name, filter) in [
            ("all", filter { _ in }), ("down", filter { $0.rating = .down }), ("up", filter { $0.rating = .up }),
            ("kind", filter { $0.kind = "correction" }), ("rater", filter { $0.rater = "rare" }),
            ("marked", filter { $0.isMarked = true }), ("conversation", filter { $0.conversation = "k7" }),
            (
                "time",
                filter {
                    $0.since = now - 3000; $0.until = now - 2000
                }
            ),
        ] {
            let statement = FeedbackStream.statement(world.project, filter, nil, nil, 51)
            let plan = try await pool.query("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) \(sql: statement)")[0]
            let document = try JSONValue(parsing: Array(plan.decode(0, as: String.self).utf8))
            let root = try #require(document.arrayValue?.first?["Plan"])
            let blocks = (root["Shared Hit Blocks"]?.intValue ?? 0) + (root["Shared Read Blocks"]?.intValue ?? 0)
            #expect(blocks < 700, "\(name) reads \(blocks) blocks")
        }
    }

    /// One judgement a tenth of a second, one in fifty down, one in a thousand a correction, one in five thousand by `rare`.
    private func fill(_ world: StoredExchanges, _ count: Int) async throws {
        try await pool.query(
            """
            INSERT INTO gleaner.feedback
                (shard, id, project_id, exchange_id, kind, thumb, body, rater, source, created_at, conversation, subject,
                 message_index)
            SELECT 1, (lpad(to_hex((extract(epoch FROM t) * 1000)::bigint), 12, '0') || '7001' || '8'
                       || lpad(to_hex(n), 15, '0'))::uuid,
                   \(world.project.uuid), gen_random_uuid(), CASE WHEN n % 1000 = 0 THEN 'correction' ELSE 'thumb' END,
                   CASE WHEN n % 1000 = 0 THEN NULL WHEN n % 50 = 1 THEN -1 ELSE 1 END,
                   CASE WHEN n % 1000 = 0 THEN 'Behtar.' END, CASE WHEN n % 5000 = 3 THEN 'rare' ELSE 'u' || n % 300 END,
                   'api', t, 'k' || n % 1000, 'turn', 1
            FROM generate_series(1, \(Int32(count))) n,
                 LATERAL (SELECT now() - interval '100 milliseconds' * n AS t) x
            """, timeout: .seconds(120))
        try await pool.query("VACUUM ANALYZE gleaner.feedback", timeout: .seconds(120))
    }
}
