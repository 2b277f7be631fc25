import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import Testing

@testable import GleanerDatasets

/// Pairs and labelled answers, from what people said.
@Suite("Kinds of datasets", .database)
struct KindTests {
    private var pool: PostgresPool { TestDatabase.current.pool }
    private var service: DatasetService { DatasetService(pool: pool) }

    private func build(
        _ world: StoredExchanges, _ kind: DatasetKind, _ change: (inout PromotionPolicy) -> Void = { _ in }
    ) async throws -> DatasetVersion {
        var policy = PromotionPolicy.plain
        policy.kind = kind
        policy.validationShare = 0
        change(&policy)
        return try await service.build(dataset: "demo", policy: policy, project: world.project)
    }
    private func lines(_ version: DatasetVersion) async throws -> [JSONValue] {
        try await pool.query("SELECT content FROM gleaner.examples WHERE version_id = \(version.id) ORDER BY line").map
        {
            try JSONValue(parsing: $0.decode("content", as: [UInt8].self))
        }
    }
    private func compare(
        _ world: StoredExchanges, _ a: ID<Exchange>, _ b: ID<Exchange>, preferred: String, kind: String = "variants"
    ) async throws {
        let id = UUID()
        try await pool.query(
            """
            INSERT INTO gleaner.comparisons (id, project_id, kind, exchange_a, exchange_b, position, state, created_at)
            VALUES (\(id), \(world.project.uuid), \(kind), \(a.uuid), \(b.uuid), 0.5, 'done', now())
            """)
        try await pool.query(
            """
            INSERT INTO gleaner.comparison_verdicts (id, comparison_id, project_id, reviewer, left_side, preferred, created_at)
            VALUES (gen_random_uuid(), \(id), \(world.project.uuid), 'asha', 'a', \(preferred), now())
            """)
    }
    private func prefer(
        _ world: StoredExchanges, _ id: ID<Exchange>, chosen: Bool, over other: ID<Exchange>? = nil,
        text: String? = nil,
        rater: String = "u1"
    ) async throws {
        try await pool.query(
            """
            INSERT INTO gleaner.feedback
                (shard, id, project_id, exchange_id, kind, chosen, other_exchange_id, body, rater, source, created_at)
            VALUES (\(id.shard.value), \(ID<Exchange>.new(on: id.shard).uuid), \(world.project.uuid), \(id.uuid), 'preference', \(chosen),
                    \(other?.uuid), \(text), \(rater), 'api', clock_timestamp())
            """)
    }

    @Test("a correction is better than what it corrected")
    func correctionPair() async throws {
        let world = try await StoredExchanges(pool: pool)
        let id = try await world.add()
        try await world.review(id, score: 2, correction: "Pehle paani ubaalo.")
        let line = try await lines(build(world, .preference))[0]
        #expect(line.objectValue?.keys.sorted() == ["input", "non_preferred_output", "preferred_output"])
        #expect(line["input"]?["messages"]?.arrayValue?.map { $0["role"] } == ["system", "user"])
        #expect(line["preferred_output"] == [["role": "assistant", "content": "Pehle paani ubaalo."]])
        #expect(line["non_preferred_output"] == [["role": "assistant", "content": "Paani ubaalo, patti daalo."]])
    }

    @Test("a reviewer's choice between two exchanges makes a pair of them, of which the winner is the example")
    func comparisonPair() async throws {
        let world = try await StoredExchanges(pool: pool)
        let (first, second) = (try await world.add(answer: "Pehla."), try await world.add(answer: "Doosra."))
        try await compare(world, first, second, preferred: "b")
        let (tieA, tieB) = (try await world.add(user: "X"), try await world.add(user: "X"))
        try await compare(world, tieA, tieB, preferred: "tie")
        let version = try await build(world, .preference)
        let line = try await lines(version)
        #expect(line.count == 1)
        #expect(line[0]["preferred_output"]?.arrayValue?[0]["content"] == "Doosra.")
        #expect(line[0]["non_preferred_output"]?.arrayValue?[0]["content"] == "Pehla.")
        let lineage = try await service.explain(version, split: "train", line: 1).lineage
        #expect(lineage["exchange_id"] == .string(second.description))
        #expect(lineage["pairing"]?["other_exchange_id"] == .string(first.description))
        #expect(lineage["gates"]?["judged_by"] == "comparison")
    }

    @Test("what people said of a gate's answers to held-out lines is no reason to train on them")
    func gatePairs() async throws {
        let world = try await StoredExchanges(pool: pool)
        let held = try await world.add(answer: "Purana.")
        try await world.gatePair(on: held, preferred: "a")
        let (first, second) = (try await world.add(answer: "Pehla."), try await world.add(answer: "Doosra."))
        try await compare(world, first, second, preferred: "b")
        let version = try await build(world, .preference)
        #expect(try await lines(version).count == 1)
        #expect(
            try await service.explain(version, split: "train", line: 1).lineage["exchange_id"]
                == .string(second.description))
        #expect(version.statistics.excluded == [:], "the held line is not even looked at")
    }

    @Test("what users preferred makes pairs where both answered the same; marked raters' choices do not")
    func preferencePairs() async throws {
        let world = try await StoredExchanges(pool: pool)
        let (first, second) = (try await world.add(user: "A", answer: "1"), try await world.add(user: "A", answer: "2"))
        try await prefer(world, first, chosen: true, over: second)
        let rejected = try await world.add(user: "B", answer: "Bura.")
        try await prefer(world, rejected, chosen: false, text: "Achha.")
        let elsewhere = try await world.add(user: "C", answer: "3")
        try await prefer(world, elsewhere, chosen: true, over: second)
        let same = try await world.add(user: "D", answer: "Ek hi.")
        try await prefer(world, same, chosen: true, text: "ek  HI.")
        let marked = try await world.add(user: "E")
        try await prefer(world, marked, chosen: false, text: "Kharab.", rater: "loud")
        try await pool.query(
            """
            INSERT INTO gleaner.rater_marks (id, project_id, rater, reason, since, evidence, marked_at, seen_at)
            VALUES (gen_random_uuid(), \(world.project.uuid), 'loud', 'burst', now() - interval '1 hour', '{}', now(), now())
            """)
        let version = try await build(world, .preference)
        let pairs = try await lines(version).map {
            "\($0["preferred_output"]?.arrayValue?[0]["content"]?.stringValue ?? "")>\($0["non_preferred_output"]?.arrayValue?[0]["content"]?.stringValue ?? "")"
        }
        #expect(pairs == ["1>2", "Achha.>Bura."])
        #expect(version.statistics.excluded == ["no_pair": 2, "equal_answers": 1])
    }

    @Test("plain thumbs make good and bad examples; what was neither is none")
    func unpaired() async throws {
        let world = try await StoredExchanges(pool: pool)
        let up = try await world.add(user: "A", answer: "1")
        try await world.feedback(up, thumb: 1)
        let down = try await world.add(user: "B", answer: "2")
        try await world.feedback(down, thumb: -1)
        let both = try await world.add(user: "C", answer: "3")
        try await world.feedback(both, thumb: 1, rater: "u1")
        try await world.feedback(both, thumb: -1, rater: "u2")
        let bad = try await world.add(user: "D", answer: "4")
        try await world.review(bad, score: 1)
        try await world.feedback(bad, thumb: 1)
        let corrected = try await world.add(user: "E", answer: "5")
        try await world.review(corrected, score: 3, correction: "Behtar.")
        let version = try await build(world, .unpaired)
        #expect(try await lines(version).map { $0["label"] } == [true, false, false])
        #expect(version.statistics.excluded == ["rating_too_low": 1, "corrected": 1])
        #expect(try await service.version("1", of: "demo", in: world.project).kind == .unpaired)
    }

    @Test("only what won a comparison, where a policy asks for that")
    func preferredOnly() async throws {
        let world = try await StoredExchanges(pool: pool)
        let (first, second) = (try await world.add(answer: "Pehla."), try await world.add(answer: "Doosra."))
        try await compare(world, first, second, preferred: "a", kind: "shadow")
        try await world.review(second, score: 5)
        let version = try await build(world, .sft) { $0.answer = .preferred }
        #expect(version.statistics.excluded == ["not_preferred": 1])
        #expect(version.statistics.answerSources == ["preferred": 1])
    }
}
