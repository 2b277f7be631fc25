import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import Testing

@testable import GleanerDatasets

/// What a build makes of rows, beyond what its gates say of values.
@Suite("Promotion from the database", .database)
struct PromotionRulesTests {
    private var pool: PostgresPool { TestDatabase.current.pool }
    private var service: DatasetService { DatasetService(pool: pool) }

    private func build(
        _ world: StoredExchanges, now: Date = Date(), _ change: (inout PromotionPolicy) -> Void = { _ in }
    ) async throws -> DatasetVersion {
        var policy = PromotionPolicy.plain
        policy.validationShare = 0
        change(&policy)
        return try await service.build(dataset: "demo", policy: policy, project: world.project, now: now)
    }
    private func line(_ version: DatasetVersion, _ line: Int = 1) async throws -> JSONValue {
        try await service.explain(version, split: "train", line: line).content
    }

    @Test("tools come from the request as it was sent, and the model's name does not come along")
    func tools() async throws {
        let world = try await StoredExchanges(pool: pool)
        let tool: JSONValue = ["type": "function", "function": ["name": "mausam", "parameters": ["type": "object"]]]
        let call: JSONValue = [
            "id": "t1", "type": "function", "function": ["name": "mausam", "arguments": "{\"shehar\":\"Pune\"}"],
        ]
        let id = try await world.add(
            finishReason: "tool_calls", message: ["role": "assistant", "content": nil, "tool_calls": [call]],
            requestMembers: [
                "model": "gpt-x", "temperature": 0.2, "tools": [tool], "parallel_tool_calls": false,
            ])
        try await world.review(id, score: 5)
        let line = try await line(build(world))
        #expect(line["tools"] == [tool])
        #expect(line["parallel_tool_calls"] == false)
        #expect(line.objectValue?.keys.sorted() == ["messages", "parallel_tool_calls", "tools"])
        #expect(line["messages"]?.arrayValue?.last?["tool_calls"] == [call])
    }

    @Test("a setting for tools without tools is left out")
    func settingWithoutTools() async throws {
        let world = try await StoredExchanges(pool: pool)
        let id = try await world.add(requestMembers: ["tools": [], "parallel_tool_calls": true])
        try await world.review(id, score: 5)
        #expect(try await line(build(world)).objectValue?.keys.sorted() == ["messages"])
    }

    @Test("the newest of a reviewer's corrections is taken, and lineage says whose it is")
    func newestCorrection() async throws {
        let world = try await StoredExchanges(pool: pool)
        let id = try await world.add()
        try await world.review(id, score: 2, reviewer: "asha", correction: "Pehla.")
        try await world.review(id, score: 3, reviewer: "ravi", correction: "Doosra.")
        try await world.feedback(id, correction: "Mera.")
        let version = try await build(world) { $0.acceptUserCorrections = true }
        let explained = try await service.explain(version, split: "train", line: 1)
        #expect(explained.content["messages"]?.arrayValue?.last?["content"] == "Doosra.")
        #expect(explained.lineage["answer_source"] == "reviewer_correction")
        #expect(explained.lineage["reviews"]?.arrayValue?.map { $0["corrected"] } == [true, true])
        #expect(explained.lineage["reviews"]?.arrayValue?.map { $0["reviewer"] } == ["asha", "ravi"])
        #expect(explained.lineage["gates"]?["judged_by"] == "correction")
    }

    @Test("a user's correction is taken only where the policy accepts it")
    func userCorrection() async throws {
        let world = try await StoredExchanges(pool: pool)
        let id = try await world.add()
        try await world.feedback(id, correction: "Mera.")
        await #expect(throws: DatasetError.nothingPromoted(excluded: ["not_reviewed": 1], unjudged: 0)) {
            try await build(world)
        }
        let version = try await build(world) { $0.acceptUserCorrections = true }
        let explained = try await service.explain(version, split: "train", line: 1)
        #expect(explained.content["messages"]?.arrayValue?.last?["content"] == "Mera.")
        #expect(explained.lineage["answer_source"] == "user_correction")
    }

    @Test("equal text is one example even in two conversations, so that none stands on both sides of the split")
    func acrossSplits() async throws {
        let world = try await StoredExchanges(pool: pool)
        for count in 0..<40 {
            let id = try await world.add(user: "Same?", answer: "Same.", conversation: "c\(count)")
            try await world.review(id, score: 5)
        }
        let version = try await build(world) { $0.validationShare = 0.5 }
        #expect(version.statistics.promoted == 1)
        #expect(version.statistics.excluded == ["duplicate": 39])
        // Another system prompt is no other example: it may be replaced by one for all.
        let other = try await world.add(user: "Same?", answer: "Same.", system: "Another.")
        try await world.review(other, score: 4)
        #expect(try await build(world).statistics.excluded == ["duplicate": 40])
    }

    @Test("caps leave out who comes after the best, and those without a user are not one user")
    func caps() async throws {
        let world = try await StoredExchanges(pool: pool)
        for count in 0..<3 {
            let id = try await world.add(user: "Nameless \(count)")
            try await world.review(id, score: 4)
        }
        for (count, score) in [Int16(4), 5, 4].enumerated() {
            let id = try await world.add(user: "Named \(count)", endUser: "u1")
            try await world.review(id, score: score)
        }
        let version = try await build(world) {
            $0.maximumPerEndUser = 1
            $0.maximumExamples = 3
        }
        #expect(version.statistics.excluded == ["end_user_cap": 2, "example_cap": 1])
        let scores = try await pool.query(
            "SELECT lineage->'gates'->>'lowest_review_score' AS score FROM gleaner.examples ORDER BY 1 DESC")
        #expect(try scores.map { try $0.decode("score", as: String.self) } == ["5", "4", "4"])
    }

    @Test("flags and comments alone are no judgement to learn from")
    func flagsAlone() async throws {
        let world = try await StoredExchanges(pool: pool)
        let id = try await world.add()
        try await world.feedback(id, raised: true)
        await #expect(throws: DatasetError.nothingPromoted(excluded: [:], unjudged: 1)) { try await build(world) }
    }

    @Test("a version that was built stays as it is, whatever is judged afterwards")
    func frozen() async throws {
        let world = try await StoredExchanges(pool: pool)
        let id = try await world.add()
        try await world.review(id, score: 5)
        let first = try await build(world)
        let before = try await line(first)
        try await world.review(id, score: 1, correction: "Ulta.")
        let second = try await build(world)
        #expect(second.contentSHA256 != first.contentSHA256)
        let again = try await service.version("1", of: "demo", in: world.project)
        #expect(again.contentSHA256 == first.contentSHA256)
        #expect(again.statistics == first.statistics)
        #expect(try await line(again) == before)
    }

    @Test("the latest version is the one with the highest number, also where clocks disagree")
    func latest() async throws {
        let world = try await StoredExchanges(pool: pool)
        let id = try await world.add()
        try await world.review(id, score: 5)
        let now = Date()
        _ = try await build(world, now: now)
        // A build that began earlier and waited for the first, or one on an instance whose clock is behind.
        let second = try await build(world, now: now.addingTimeInterval(-60))
        #expect(second.number == 2)
        #expect(try await service.version("latest", of: "demo", in: world.project).number == 2)
    }

    @Test("datasets, versions and policies of another project are not there")
    func isolation() async throws {
        let world = try await StoredExchanges(pool: pool)
        let stranger = try await StoredExchanges(pool: pool, project: "other")
        let id = try await world.add()
        try await world.review(id, score: 5)
        _ = try await build(world) { $0.name = "ours" }
        #expect(try await service.policy(named: "ours", in: world.project).name == "ours")
        #expect(try await service.list(of: stranger.project).isEmpty)
        await #expect(throws: DatasetError.datasetUnknown("demo")) {
            try await service.version("latest", of: "demo", in: stranger.project)
        }
        await #expect(throws: DatasetError.policyUnknown("ours")) {
            try await service.policy(named: "ours", in: stranger.project)
        }
        await #expect(throws: DatasetError.versionUnknown(dataset: "demo", version: "2")) {
            try await service.version("2", of: "demo", in: world.project)
        }
        await #expect(throws: DatasetError.nothingPromoted(excluded: [:], unjudged: 0)) { try await build(stranger) }
    }
}
