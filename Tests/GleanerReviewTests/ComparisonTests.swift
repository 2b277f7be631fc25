import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import Testing

@testable import GleanerReview

@Suite("Comparisons", .database)
struct ComparisonTests {
    private var pool: PostgresPool { TestDatabase.current.pool }

    @Test("two answers stand side by side without a word on whose they are, and the verdict knows which side was which")
    func sides() async throws {
        let world = try await StoredExchanges.single(pool)
        let service = ComparisonService(pool: pool)
        let a = try await world.add(user: "Sawaal", answer: "Pehla")
        let b = try await world.add(user: "Sawaal", answer: "Doosra")
        try await pool.query("UPDATE gleaner.exchanges SET variant = 'old' WHERE id = \(a.uuid)")
        try await pool.query("UPDATE gleaner.exchanges SET variant = 'new' WHERE id = \(b.uuid)")
        try await service.add(.variants, a, b, in: world.project)
        try await service.add(.variants, a, b, in: world.project)
        #expect(try await world.count("comparisons") == 1)
        let item = try #require(try await service.next(for: "asha", in: world.project))
        #expect(try await service.next(for: "ravi", in: world.project) == nil)
        let wire = try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(ComparisonRoutes.Item(item)))
        #expect(
            wire.objectValue?.keys.sorted() == [
                "comparison", "lease_token", "leased_until", "left", "messages", "right",
            ])
        let shown = [item.left?["content"], item.right?["content"]]
        #expect(Set(shown) == ["Pehla", "Doosra"])
        let better: Preference = shown[0] == "Doosra" ? .left : .right
        for preference in [better, .tie] {
            try await service.decide(preference, comparison: item.id, token: item.leaseToken, in: world.project)
        }
        let row = try await pool.query("SELECT preferred, left_side, reviewer FROM gleaner.comparison_verdicts")
        #expect(row.count == 1)
        #expect(try row[0].decode("preferred", as: String.self) == "b")
        #expect(try row[0].decode("left_side", as: String.self) == (shown[0] == "Pehla" ? "a" : "b"))
        let results = try await service.results(of: world.project, in: TimeRange(lastDays: 1))
        #expect(results.contenders.map(\.name) == ["new", "old"])
        #expect(results.contenders[0].winRate == 1)
        await #expect(throws: ReviewError.leaseLost) {
            try await service.skip(comparison: item.id, token: item.leaseToken, in: world.project)
        }
    }

    @Test("pairs are found among shadows, equal requests, answers asked for again, and corrections; each once")
    func found() async throws {
        let world = try await StoredExchanges.single(pool)
        let service = ComparisonService(pool: pool)
        let shown = try await world.add(conversation: "c1")
        let shadow = try await world.add(conversation: "c1")
        let again = try await world.add(conversation: "c2")
        let later = try await world.add(conversation: "c2")
        try await pool.query(
            "UPDATE gleaner.exchanges SET source = 'shadow', shadow_of = \(shown.uuid), request_sha256 = '\\x01' WHERE id = \(shadow.uuid)"
        )
        for (id, variant) in [(again, "x"), (later, "y")] {
            try await pool.query(
                "UPDATE gleaner.exchanges SET request_sha256 = '\\x02', variant = \(variant) WHERE id = \(id.uuid)")
        }
        try await pool.query("UPDATE gleaner.exchanges SET request_sha256 = '\\x03' WHERE id = \(shown.uuid)")
        try await world.review(shown, score: 2, correction: "Behtar")
        for kind in ComparisonKind.found {
            #expect(try await service.find(kind, in: world.project) == 1, "\(kind)")
            #expect(try await service.find(kind, in: world.project) == 0, "\(kind)")
        }
        let rows = try await pool.query(
            "SELECT kind, exchange_a, exchange_b, correction FROM gleaner.comparisons ORDER BY kind")
        let pairs = try rows.map {
            [ID<Exchange>(try $0.decode("exchange_a", as: UUID.self)), ID(try $0.decode("exchange_b", as: UUID.self))]
        }
        #expect(pairs == [[shown, shown], [again, later], [shown, shadow], [again, later]])
        #expect(try rows[0].decode("correction", as: String.self) == "Behtar")
    }

    @Test("looking again finds what the first look had no room for, of every kind, and each pair once")
    func foundLater() async throws {
        let world = try await StoredExchanges.single(pool)
        let service = ComparisonService(pool: pool)
        for number in 0..<5 {
            let (old, new) = (
                try await world.add(conversation: "c\(number)"), try await world.add(conversation: "c\(number)")
            )
            for (id, variant) in [(old, "x"), (new, "y")] {
                try await pool.query(
                    """
                    UPDATE gleaner.exchanges SET request_sha256 = \([UInt8(number)]), variant = \(variant)
                    WHERE id = \(id.uuid)
                    """)
            }
            let shadow = try await world.add()
            try await pool.query(
                "UPDATE gleaner.exchanges SET source = 'shadow', shadow_of = \(old.uuid) WHERE id = \(shadow.uuid)")
            try await world.review(old, score: 2, correction: "Behtar \(number)")
        }
        for kind in ComparisonKind.found {
            var added: [Int] = []
            for _ in 0..<4 { added.append(try await service.find(kind, in: world.project, limit: 2)) }
            #expect(added == [2, 2, 1, 0], "\(kind)")
        }
        #expect(try await world.count("comparisons") == 20)
    }

    @Test("a request that is repeated thousands of times makes few pairs, and takes no longer for it")
    func repeated() async throws {
        let service = ComparisonService(pool: pool)
        var took: [Duration] = []
        for count in [500, 4000] {
            let world = try await StoredExchanges.single(pool, project: "of-\(count)")
            let before = try await world.count("comparisons")
            try await pool.query(
                """
                INSERT INTO gleaner.exchanges (
                    shard, id, project_id, received_at, endpoint, status, http_status, streamed, tags, complete, variant,
                    conversation, request_sha256, request_bytes, response_bytes)
                SELECT gleaner.shard_of(i.id), i.id, \(world.project.uuid), now(), '/v1/chat/completions', 'completed', 200,
                       false, '{}', true, CASE i.n % 2 WHEN 0 THEN 'x' ELSE 'y' END, 'all', '\\x01', 0, 0
                FROM unnest(\(PostgresArray((0..<count).map { _ in ID<Exchange>.new().uuid }))) WITH ORDINALITY AS i (id, n)
                """)
            var times: [Duration] = []
            for _ in 0..<12 {
                times.append(
                    try await ContinuousClock().measure {
                        _ = try await service.find(.variants, in: world.project, limit: 1000)
                    })
            }
            // Other work holds up some of them.
            took.append(try #require(times.min()))
            #expect(try await world.count("comparisons") - before <= 9)
            _ = try await service.find(.regenerated, in: world.project, limit: 1000)
            #expect(try await world.count("comparisons") - before <= 1009)
        }
        // Eight times as many have sixty-four times as many pairs.
        #expect(took[1] / took[0] < 32, "\(took)")
    }

    @Test("who wrote a correction does not judge it; a pair at hand is found again, and kept by heartbeats")
    func held() async throws {
        let world = try await StoredExchanges.single(pool)
        let service = ComparisonService(pool: pool)
        let id = try await world.add()
        try await world.review(id, score: 2, reviewer: "asha", correction: "Behtar")
        #expect(try await service.find(.correction, in: world.project) == 1)
        #expect(try await service.next(for: "asha", in: world.project) == nil)
        let item = try #require(try await service.next(for: "ravi", in: world.project))
        let again = try #require(try await service.held(by: "ravi", in: world.project))
        #expect((again.id, again.leaseToken) == (item.id, item.leaseToken))
        #expect(again.left == item.left)
        #expect(again.right == item.right)
        #expect(try await service.held(by: "asha", in: world.project) == nil)
        try await pool.query("UPDATE gleaner.comparisons SET leased_until = now() + interval '5 s'")
        let until = try await service.heartbeat(comparison: item.id, token: item.leaseToken, in: world.project)
        #expect(until > Date().addingTimeInterval(500))
        await #expect(throws: ReviewError.leaseLost) {
            try await service.heartbeat(comparison: item.id, token: UUID(), in: world.project)
        }
        try await service.skip(comparison: item.id, token: item.leaseToken, in: world.project)
        #expect(try await service.held(by: "ravi", in: world.project) == nil)
    }

    @Test("sides are drawn, stay when a pair is lent anew, and do not follow from ids")
    func drawnSides() async throws {
        let world = try await StoredExchanges.single(pool)
        let service = ComparisonService(pool: pool)
        for _ in 0..<40 { try await service.add(.variants, world.add(), world.add(), in: world.project) }
        var sides: [UUID: String] = [:]
        for round in 0..<2 {
            for _ in 0..<40 { _ = try #require(try await service.next(for: "r\(round)", in: world.project)) }
            for row in try await pool.query("SELECT id, left_side FROM gleaner.comparisons") {
                let (id, side): (UUID, String) = (try row.decode("id"), try row.decode("left_side"))
                #expect(sides[id] == nil || sides[id] == side)
                sides[id] = side
            }
            try await pool.query("UPDATE gleaner.comparisons SET leased_until = now() - interval '1 s'")
        }
        // Fewer than 6 or more than 34 of 40: once in ten million.
        #expect((6...34).contains(sides.values.count { $0 == "a" }))
    }

    @Test("what is not the project's, or the same answer twice, makes no pair")
    func refused() async throws {
        let world = try await StoredExchanges.single(pool)
        let other = try await StoredExchanges.single(pool, project: "other")
        let (mine, theirs) = (try await world.add(), try await other.add())
        let service = ComparisonService(pool: pool)
        await #expect(throws: ReviewError.exchangeUnknown(theirs)) {
            try await service.add(.shadow, mine, theirs, in: world.project)
        }
        await #expect(throws: ReviewError.pairInvalid) { try await service.add(.shadow, mine, mine, in: world.project) }
        #expect(try await service.next(for: "asha", in: world.project) == nil)
    }
}
