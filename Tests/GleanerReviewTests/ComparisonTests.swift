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
        for kind in ComparisonKind.allCases {
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
