import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import Testing

@testable import GleanerDatasets

/// What was trained on once is never measured with, whatever later policies say.
@Suite("Sides that are settled", .database)
struct SidesTests {
    private var pool: PostgresPool { TestDatabase.current.pool }
    private var service: DatasetService { DatasetService(pool: pool) }

    @discardableResult
    private func build(
        _ world: StoredExchanges, dataset: String = "demo", holdout: Double,
        _ change: (inout PromotionPolicy) -> Void = { _ in }
    ) async throws -> DatasetVersion {
        var policy = PromotionPolicy.plain
        policy.holdoutShare = holdout
        policy.validationShare = 0.2
        change(&policy)
        return try await service.build(dataset: dataset, policy: policy, project: world.project)
    }

    /// One reviewed exchange of each conversation, with words of its own.
    private func talk(_ world: StoredExchanges, _ conversations: Range<Int>, score: Int16 = 5) async throws {
        for number in conversations {
            var random = SeededRandom(seed: UInt64(number) &+ UInt64(score) << 32)
            let words = (0..<12).map { _ in
                String((0..<7).map { _ in "aeioukhtrnsmlp".randomElement(using: &random)! })
            }
            let id = try await world.add(
                user: words.joined(separator: " "), answer: "Jawab \(words[0]) \(words[5]).",
                conversation: "c\(number)", endUser: "u\(number / 2 % 20)")
            try await world.review(id, score: score)
        }
    }

    /// Exchanges, conversations and users with a line on both sides.
    private func crossing(_ column: SQL) async throws -> Int {
        try await pool.query(
            """
            SELECT count(DISTINCT e.\(sql: column)) AS count
            FROM gleaner.examples t JOIN gleaner.exchanges e ON e.id = t.exchange_id
            WHERE t.split <> 'holdout' AND e.\(sql: column) IN (
                SELECT o.\(sql: column) FROM gleaner.examples h JOIN gleaner.exchanges o ON o.id = h.exchange_id
                WHERE h.split = 'holdout')
            """)[0].decode("count")
    }

    @Test("a larger share holds out new conversations only: none that an earlier version trained on")
    func raised() async throws {
        let world = try await StoredExchanges(pool: pool)
        try await talk(world, 0..<40)
        let first = try await build(world, holdout: 0.1)
        try await talk(world, 40..<80)
        let second = try await build(world, holdout: 0.5)
        #expect(try await crossing("conversation") == 0)
        #expect(second.statistics.holdout >= first.statistics.holdout + 10)
        #expect(second.statistics.excluded == [:])
        // Another dataset and another salt change nothing.
        try await pool.query("UPDATE gleaner.split_salts SET salt = 'another'")
        try await build(world, dataset: "other", holdout: 0.5)
        #expect(try await crossing("conversation") == 0)
    }

    @Test("what a gate leaves out of a trained conversation does not pull the conversation into the holdout")
    func leftOut() async throws {
        let world = try await StoredExchanges(pool: pool)
        try await talk(world, 0..<20)
        try await build(world, holdout: 0)
        try await talk(world, 0..<20, score: 1)
        try await build(world, holdout: 0.5)
        try await build(world, holdout: 0)
        let held: Int = try await pool.query("SELECT count(*) AS count FROM gleaner.holdouts")[0].decode("count")
        #expect(held == 0)
    }

    @Test(
        "splitting by something else moves nobody to the other side",
        arguments: [SplitKey.Unit.conversation, .endUser])
    func otherUnit(_ first: SplitKey.Unit) async throws {
        let world = try await StoredExchanges(pool: pool)
        try await talk(world, 0..<40)
        let version = try await build(world, holdout: 0.3) { $0.splitBy = first }
        #expect(version.statistics.holdout > 2)
        try await talk(world, 40..<80)
        try await build(world, holdout: 0.3) { $0.splitBy = first == .conversation ? .endUser : .conversation }
        #expect(try await crossing("conversation") == 0)
        guard first == .endUser else { return }
        // Who was held out stays so, in new conversations as well.
        let trained: Int = try await pool.query(
            """
            SELECT count(*) AS count FROM gleaner.examples t JOIN gleaner.exchanges e ON e.id = t.exchange_id
            WHERE t.split <> 'holdout' AND e.end_user IN (
                SELECT o.end_user FROM gleaner.examples h JOIN gleaner.exchanges o ON o.id = h.exchange_id
                WHERE h.split = 'holdout' AND h.version_id = \(version.id))
            """)[0].decode("count")
        #expect(trained == 0)
    }

    @Test("a conversation that names its user only now and then has one side all the same")
    func nowAndThen() async throws {
        let world = try await StoredExchanges(pool: pool)
        try await talk(world, 0..<40)
        try await talk(world, 0..<40, score: 4)
        try await pool.query(
            "UPDATE gleaner.exchanges SET end_user = NULL WHERE id IN (SELECT exchange_id FROM gleaner.reviews WHERE lowest = 4)"
        )
        let version = try await build(world, holdout: 0.4) { $0.splitBy = .endUser }
        #expect(version.statistics.holdout > 10)
        #expect(try await crossing("conversation") == 0)
    }

    @Test("builds at once do not hold out and train on the same")
    func atOnce() async throws {
        let world = try await StoredExchanges(pool: pool)
        try await talk(world, 0..<40)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (name, share) in [("held", 0.5), ("all", 0), ("some", 0.2)] {
                // Builds by one policy would wait for each other in any case.
                group.addTask { try await build(world, dataset: name, holdout: share) { $0.name = name } }
            }
            try await group.waitForAll()
        }
        #expect(try await crossing("conversation") == 0)
    }
}
