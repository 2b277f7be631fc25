import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import Testing

@testable import GleanerDatasets

/// Texts of a line that are not its exchange's own: users' corrections and the other sides of pairs.
@Suite("The other text of a line", .database)
struct OtherTextTests {
    private var pool: PostgresPool { TestDatabase.current.pool }

    private func excluded(
        _ world: StoredExchanges, _ change: (inout PromotionPolicy) -> Void
    ) async throws -> [String: Int] {
        var policy = PromotionPolicy.plain
        policy.validationShare = 0
        change(&policy)
        return try await DatasetService(pool: pool).build(dataset: "demo", policy: policy, project: world.project)
            .statistics.excluded
    }

    private func decide(
        _ world: StoredExchanges, _ id: ID<Exchange>, _ target: String, _ action: String, subject: UUID? = nil
    ) async throws {
        try await pool.query(
            """
            INSERT INTO gleaner.moderation_decisions
                (shard, id, project_id, exchange_id, target, subject_id, policy_version, action, categories, reason, created_at)
            VALUES (\(id.shard.value), \(ID<Exchange>.new().uuid), \(world.project.uuid), \(id.uuid), \(target),
                    \(subject ?? id.uuid), 0, \(action), '{}', 'test', now())
            """)
    }

    private func prefer(
        _ world: StoredExchanges, _ id: ID<Exchange>, chosen: Bool, over other: ID<Exchange>? = nil, text: String? = nil
    ) async throws -> UUID {
        let feedback = ID<Exchange>.new(on: id.shard).uuid
        try await pool.query(
            """
            INSERT INTO gleaner.feedback
                (shard, id, project_id, exchange_id, kind, chosen, other_exchange_id, body, rater, source, created_at)
            VALUES (\(id.shard.value), \(feedback), \(world.project.uuid), \(id.uuid), 'preference', \(chosen),
                    \(other?.uuid), \(text), 'u1', 'api', clock_timestamp())
            """)
        return feedback
    }

    @Test("a user's correction that moderation blocked is not learnt; a reviewer's word stands")
    func correction() async throws {
        let world = try await StoredExchanges(pool: pool)
        let fine = try await world.add(user: "A")
        try await world.feedback(fine, correction: "Theek.")
        let blocked = try await world.add(user: "B")
        try await world.feedback(blocked, correction: "Gaali.")
        let id: UUID = try await pool.query(
            "SELECT id FROM gleaner.feedback WHERE exchange_id = \(blocked.uuid)")[0].decode("id")
        try await decide(world, blocked, "comment", "allow", subject: id)
        try await decide(world, blocked, "comment", "block", subject: id)
        #expect(try await excluded(world) { $0.acceptUserCorrections = true } == ["moderation": 1])
        #expect(
            try await excluded(world) {
                $0.acceptUserCorrections = true
                $0.moderation = .ignored
            } == [:])
        try await world.review(blocked, score: 2, correction: "Sahi.")
        #expect(try await excluded(world) { $0.acceptUserCorrections = true } == [:])
    }

    @Test("a pair is left out where moderation blocked the other answer, an exchange's or a text's")
    func pairs() async throws {
        let world = try await StoredExchanges(pool: pool)
        let (first, second) = (try await world.add(user: "A", answer: "1"), try await world.add(user: "A", answer: "2"))
        _ = try await prefer(world, first, chosen: true, over: second)
        for chosen in [true, false] {
            let other = try await world.add(user: "B \(chosen)", answer: "Gaali \(chosen).")
            let mine = try await world.add(user: "B \(chosen)", answer: "Theek \(chosen).")
            _ = try await prefer(world, mine, chosen: chosen, over: other)
            try await decide(world, other, "response", "flag")
        }
        let texted = try await world.add(user: "C")
        let said = try await prefer(world, texted, chosen: false, text: "Gaali.")
        try await decide(world, texted, "comment", "block", subject: said)
        #expect(try await excluded(world) { $0.kind = .preference } == ["moderation": 3])
    }

    @Test("where the project has a moderation policy, what was not judged yet is not clean")
    func notJudged() async throws {
        let world = try await StoredExchanges(pool: pool)
        try await pool.query(
            """
            INSERT INTO gleaner.moderation_policies (project_id, version, document, author, note, created_at)
            VALUES (\(world.project.uuid), 1, '{}', 'asha', '', now())
            """)
        let reviewed = try await world.add(user: "A")
        try await world.review(reviewed, score: 5)
        let corrected = try await world.add(user: "B")
        try await world.feedback(corrected, correction: "Theek.")
        for id in [reviewed, corrected] {
            for target in ["prompt", "response"] { try await decide(world, id, target, "allow") }
        }
        #expect(try await excluded(world) { $0.acceptUserCorrections = true } == ["moderation": 1])
    }

    @Test("of a pair the better answer's writer counts, not the exchange's that the choice was made on")
    func writers() async throws {
        let world = try await StoredExchanges(pool: pool)
        let tuned = try await world.add(user: "A", answer: "1")
        try await pool.query(
            "UPDATE gleaner.exchanges SET served_model = 'ft:elsewhere:x' WHERE id = \(tuned.uuid)")
        let base = try await world.add(user: "A", answer: "2")
        _ = try await prefer(world, base, chosen: false, over: tuned)
        // The other way about, the fine-tune's is the worse one.
        let rejected = try await world.add(user: "B", answer: "3")
        try await pool.query(
            "UPDATE gleaner.exchanges SET served_model = 'ft:elsewhere:x' WHERE id = \(rejected.uuid)")
        _ = try await prefer(world, rejected, chosen: false, over: world.add(user: "B", answer: "4"))
        #expect(try await excluded(world) { $0.kind = .preference } == ["unreviewed_fine_tune": 1])
        let lineage = try await pool.query("SELECT lineage->>'answer_model' AS model FROM gleaner.examples")
        #expect(try lineage.map { try $0.decode("model", as: String.self) } == ["test-model-1"])
    }

    @Test(
        "what a fine-tune that was made elsewhere wrote is only learnt when it was reviewed",
        arguments: ["ft:gpt-4o-mini:acme::x", "davinci:ft-acme-2023"])
    func unknownMakers(_ model: String) async throws {
        let world = try await StoredExchanges(pool: pool)
        for (user, reviewed) in [("A", true), ("B", false)] {
            let id = try await world.add(user: user)
            try await pool.query("UPDATE gleaner.exchanges SET served_model = \(model) WHERE id = \(id.uuid)")
            if reviewed { try await world.review(id, score: 5) } else { try await world.feedback(id, thumb: 1) }
        }
        // A base model's stays.
        try await world.feedback(world.add(user: "C"), thumb: 1)
        #expect(try await excluded(world) { $0.minimumRating = .init(netThumbs: 1) } == ["unreviewed_fine_tune": 1])
        #expect(
            try await excluded(world) {
                $0.minimumRating = .init(netThumbs: 1)
                $0.maximumGeneration = 0
            } == ["generation": 2])
    }
}
