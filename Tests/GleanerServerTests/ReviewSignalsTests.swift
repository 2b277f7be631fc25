import AsyncPostgres
import GleanerCore
import GleanerReview
import GleanerTestSupport
import Testing

@testable import GleanerServer

@Suite("What sampling and estimates are told of exchanges", .database)
struct ReviewSignalsTests {
    private var pool: PostgresPool { TestDatabase.current.pool }

    private func decide(_ id: ID<Exchange>, _ target: String, _ action: String, _ world: StoredExchanges) async throws {
        // Ids of one millisecond have no order.
        try await Task.sleep(for: .milliseconds(3))
        try await pool.query(
            """
            INSERT INTO gleaner.moderation_decisions
                (shard, id, project_id, exchange_id, target, subject_id, policy_version, action, categories, reason, created_at)
            VALUES (\(id.shard.value), \(ID<Exchange>.new().uuid), \(world.project.uuid), \(id.uuid), \(target), \(id.uuid), 0,
                    \(action), '{}', 'test', now())
            """)
    }

    @Test("an exchange that moderation has not judged, or could not judge, is neither flagged nor clean")
    func unknown() async throws {
        let world = try await StoredExchanges(pool: pool)
        let (none, silent, clean, bad, changed) = (
            try await world.add(), try await world.add(), try await world.add(), try await world.add(),
            try await world.add()
        )
        for (id, prompt, answer) in [
            (silent, "allow", "unknown"), (clean, "allow", "allow"), (bad, "unknown", "flag"),
            (changed, "flag", "allow"),
        ] {
            try await decide(id, "prompt", prompt, world)
            try await decide(id, "response", answer, world)
        }
        try await decide(changed, "prompt", "allow", world)
        let signals = try await ReviewSignals(pool: pool).signals(
            of: [none, silent, clean, bad, changed], in: world.project)
        func flag(_ id: ID<Exchange>) -> Bool? { signals[id]?.isFlagged }
        #expect(flag(none) == nil && flag(silent) == nil)
        #expect(flag(clean) == false && flag(changed) == false)
        #expect(flag(bad) == true)
        #expect(signals.filter(\.value.isModerated).map(\.key).sorted() == [clean, bad, changed].sorted())
        #expect(signals.values.allSatisfy { $0.isLowRated == false })
    }

    @Test("the highest score, and how far two classifiers are apart on one category of one text")
    func scores() async throws {
        let world = try await StoredExchanges(pool: pool)
        let (alone, two, none) = (try await world.add(), try await world.add(), try await world.add())
        func result(_ id: ID<Exchange>, _ classifier: String, _ target: String, _ raw: String) async throws {
            // Ids of one millisecond have no order.
            try await Task.sleep(for: .milliseconds(3))
            try await pool.query(
                """
                INSERT INTO gleaner.moderation_results
                    (shard, id, project_id, exchange_id, target, subject_id, classifier, status, raw, latency_ms, created_at)
                VALUES (\(id.shard.value), \(ID<Exchange>.new().uuid), \(world.project.uuid), \(id.uuid), \(target),
                        \(id.uuid), \(classifier), 'ok', \(JSONB(raw)), 1, now())
                """)
        }
        try await result(alone, "a", "prompt", #"{"scores":{"hate":0.25,"violence":0.5}}"#)
        try await result(alone, "a", "response", #"{"scores":{"hate":0.75}}"#)
        try await result(two, "a", "response", #"{"scores":{"hate":1}}"#)
        try await result(two, "a", "response", #"{"scores":{"hate":0.5,"violence":0.25}}"#)
        try await result(two, "b", "response", #"{"scores":{"hate":0.25}}"#)
        try await result(none, "a", "response", "{}")
        let signals = try await ReviewSignals(pool: pool).signals(of: [alone, two, none], in: world.project)
        #expect((signals[alone]?.moderationScore, signals[alone]?.judgeDisagreement) == (0.75, nil))
        #expect((signals[two]?.moderationScore, signals[two]?.judgeDisagreement) == (0.5, 0.25))
        #expect((signals[none]?.moderationScore, signals[none]?.judgeDisagreement) == (nil, nil))
    }
}
