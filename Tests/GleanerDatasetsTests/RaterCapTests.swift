import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import Testing

@testable import GleanerDatasets

/// Who made the judgement that a line rests on, and how many lines may rest on one user's.
@Suite("Whose word a line rests on", .database)
struct RaterCapTests {
    private var pool: PostgresPool { TestDatabase.current.pool }

    private func build(
        _ world: StoredExchanges, _ change: (inout PromotionPolicy) -> Void
    ) async throws -> DatasetVersion {
        var policy = PromotionPolicy.plain
        policy.validationShare = 0
        policy.maximumPerRater = 5
        change(&policy)
        return try await DatasetService(pool: pool).build(dataset: "demo", policy: policy, project: world.project)
    }

    private func prefer(
        _ world: StoredExchanges, _ numbers: Range<Int>, rater: (Int) -> String?
    ) async throws {
        for number in numbers {
            let id = try await world.add(user: "Sawaal \(number)?", answer: "Bura jawab \(number).")
            try await pool.query(
                """
                INSERT INTO gleaner.feedback
                    (shard, id, project_id, exchange_id, kind, chosen, body, rater, source, created_at)
                VALUES (\(id.shard.value), \(ID<Exchange>.new(on: id.shard).uuid), \(world.project.uuid), \(id.uuid),
                        'preference', false, \("Behtar jawab \(number)."), \(rater(number)), 'api', clock_timestamp())
                """)
        }
    }

    @Test("the choices of many users are all kept, and of one user no more than the cap; without a name all are one")
    func preferences() async throws {
        let world = try await StoredExchanges(pool: pool)
        try await prefer(world, 0..<12) { "u\($0)" }
        #expect(try await build(world) { $0.kind = .preference }.statistics.train == 12)
        try await prefer(world, 20..<32) { _ in "brigadier" }
        try await prefer(world, 40..<52) { _ in nil }
        let version = try await build(world) { $0.kind = .preference }
        #expect(version.statistics.train == 12 + 5 + 5)
        #expect(version.statistics.excluded == ["rater_cap": 14])
    }

    @Test("one user's corrections are capped and no anchors; reviewers' are neither")
    func corrections() async throws {
        let world = try await StoredExchanges(pool: pool)
        for number in 0..<12 {
            let id = try await world.add(user: "Sawaal \(number)?", answer: "Jawab \(number).")
            try await world.feedback(id, correction: "Mera jawab \(number).", rater: "brigadier")
        }
        for number in 20..<28 {
            let id = try await world.add(user: "Sawaal \(number)?", answer: "Jawab \(number).")
            try await world.review(id, score: 2, correction: "Sahi jawab \(number).")
        }
        let version = try await build(world) { $0.acceptUserCorrections = true }
        #expect(version.statistics.answerSources == ["user_correction": 5, "reviewer_correction": 8])
        #expect(version.statistics.excluded == ["rater_cap": 7])
        #expect(version.statistics.anchors == 8)
    }
}
