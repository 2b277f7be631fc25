import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import Testing

@testable import GleanerDatasets

@Suite("Differences between versions", .database)
struct DiffTests {
    private var pool: PostgresPool { TestDatabase.current.pool }
    private var service: DatasetService { DatasetService(pool: pool) }

    private func build(
        _ world: StoredExchanges, by builder: String? = "key:ml", _ change: (inout PromotionPolicy) -> Void = { _ in }
    ) async throws -> DatasetVersion {
        var policy = PromotionPolicy.plain
        policy.validationShare = 0
        change(&policy)
        return try await service.build(dataset: "demo", policy: policy, project: world.project, by: builder)
    }

    /// As every export asks.
    private func mustBeReleased(_ version: DatasetVersion) async throws {
        let standing = try await pool.withConnection { connection in
            try await service.store.standing(of: version.id, on: connection)
        }
        try standing.check(version, .usual(for: version.kind), wantsHoldout: false)
    }

    @Test("PSI equals its reference value, and its line by chance depends on how much was seen")
    func stability() {
        let psi = PopulationStability.index(
            expected: [0.1, 0.2, 0.4, 0.2, 0.1], actual: [0.05, 0.15, 0.35, 0.25, 0.2])
        #expect(abs(psi - 0.13618992790351747) < 1e-12)
        // χ² with 9 degrees of freedom is 16.919 at 95 %.
        #expect(abs(PopulationStability.byChance(bins: 10, before: 200, after: 200) - 0.169) < 0.001)
        #expect(PopulationStability.index([10, 0], [0, 10]).isFinite)
        #expect(PopulationStability.index([7], [9]) == 0)
    }

    @Test("lines that came, went, changed and stayed are told by their exchange")
    func lines() async throws {
        let world = try await StoredExchanges(pool: pool)
        let ids = try await (0..<4).asyncMap { try await world.add(user: "Sawaal \($0)", answer: "Jawab \($0)") }
        for id in ids[..<3] { try await world.review(id, score: 5) }
        let first = try await build(world)
        try await world.review(ids[0], score: 5, reviewer: "lead", correction: "Behtar.")
        try await world.feedback(ids[1], raised: true)
        try await world.review(ids[3], score: 5)
        let second = try await build(world) { $0.maximumTokens = 9_000 }
        let diff = try await service.diff(second, from: nil, project: world.project)
        #expect((diff.from, diff.to) == (first.number, second.number))
        #expect((diff.added, diff.gone, diff.changed, diff.same) == (1, 1, 1, 1))
        #expect(diff.addedLines.map(\.id) == [ids[3].description])
        #expect(diff.goneLines.map(\.answer) == ["Jawab 1"])
        #expect(diff.changedLines.map(\.answer) == ["Behtar."])
        #expect(diff.policyChanges == ["maximum_tokens"])
        #expect(diff.answerSources.shifts.first { $0.value == "reviewer_correction" }.map { $0.after > 0.3 } == true)
        #expect(diff.text.contains("1 added, 1 gone, 1 changed"))
        await #expect(throws: DatasetError.versionUnknown(dataset: "demo", version: "0")) {
            try await service.diff(first, from: nil, project: world.project)
        }
    }

    @Test("a phrase that a few users planted in many answers surges; ordinary language does not")
    func surge() {
        var surge = PhraseSurge()
        var random = SeededRandom(seed: 3)
        let words = (0..<300).map { "shabd\($0)" }
        func answer() -> String {
            "main aapki madad karunga "
                + (0..<20).map { _ in words.randomElement(using: &random)! }.joined(separator: " ")
        }
        for _ in 0..<200 { surge.addBefore(answer()) }
        for count in 0..<200 {
            surge.addAfter(
                answer() + (count < 15 ? " visit cheap loans dot example today" : ""),
                endUser: count < 15 ? "bot" : "u\(count)")
        }
        #expect(surge.surges.count == 1, "\(surge.surges)")
        #expect(surge.surges.first?.after == 15)
        #expect(surge.surges.first?.endUsers == 1)
        #expect(surge.surges.first.map { "visit cheap loans dot example today".contains($0.phrase) } == true)
    }

    @Test("of more phrases than are kept in mind, one that rises is found all the same")
    func manyPhrases() {
        var surge = PhraseSurge(largest: 3_000)
        var random = SeededRandom(seed: 5)
        func answer() -> String {
            (0..<30).map { _ in "shabd\(UInt32.random(in: 0...100_000, using: &random))" }.joined(separator: " ")
        }
        for _ in 0..<300 { surge.addBefore(answer()) }
        for count in 0..<300 {
            surge.addAfter(
                answer() + (count % 10 == 0 ? " visit cheap loans dot example today" : ""), endUser: "u\(count)")
            #expect(surge.phrases <= 3_100)
        }
        // A few of its first counts may be forgotten.
        #expect(surge.surges.first.map { "visit cheap loans dot example today".contains($0.phrase) } == true)
        #expect(surge.surges.first.map { (25...30).contains($0.after) } == true, "\(surge.surges)")
    }

    @Test("a version that needs two people is let out by two who did not build it")
    func approvals() async throws {
        let world = try await StoredExchanges(pool: pool)
        let id = try await world.add()
        try await world.review(id, score: 5)
        let version = try await build(world) { $0.approvals = 2 }
        await #expect(throws: ExportError.notApproved(dataset: "demo", version: 1, needed: 2, given: 0)) {
            try await mustBeReleased(version)
        }
        await #expect(throws: DatasetError.approvalByBuilder("key:ml")) {
            try await service.approve(version, by: "key:ml", note: "", project: world.project)
        }
        _ = try await service.approve(version, by: "asha", note: "read", project: world.project)
        _ = try await service.approve(version, by: "asha", note: "again", project: world.project)
        let out = try await service.approve(version, by: "ravi", note: "", project: world.project)
        #expect(out.approvals.by == ["asha", "ravi"])
        try await mustBeReleased(out)
        try await pool.query("UPDATE gleaner.dataset_versions SET withdrawn_at = now(), withdrawn_reason = 'erasure'")
        let withdrawn = try await service.version("1", of: "demo", in: world.project)
        await #expect(throws: ExportError.withdrawn(dataset: "demo", version: 1, reason: "erasure", replacedBy: nil)) {
            try await mustBeReleased(withdrawn)
        }
    }

    @Test("policies are kept by name and version, and the same document again is the same version")
    func policies() async throws {
        let world = try await StoredExchanges(pool: pool)
        var policy = PromotionPolicy()
        policy.name = "strict"
        #expect(try await service.save(policy, in: world.project).version == 1)
        #expect(try await service.save(policy, in: world.project).version == 1)
        policy.maximumPerEndUser = nil
        #expect(try await service.save(policy, in: world.project).version == 2)
        let stored = try await service.storedPolicy("strict", version: nil, in: world.project)
        #expect(try PromotionPolicy(parsing: stored.document.canonicalBytes()) == policy)
        #expect(
            try await service.storedPolicy("strict", version: 1, in: world.project).document["maximum_per_end_user"]
                == 20)
        #expect(try await service.policies(of: world.project).map(\.version) == [2])
        await #expect(throws: DatasetError.policyUnknown("nope")) {
            try await service.storedPolicy("nope", version: nil, in: world.project)
        }
    }

    @Test("lineage goes on to the models that were trained on a version")
    func onward() async throws {
        let world = try await StoredExchanges(pool: pool)
        let id = try await world.add()
        try await world.review(id, score: 5)
        let version = try await build(world)
        try await pool.query(
            """
            INSERT INTO gleaner.model_versions (id, project_id, provider, model, base_model, dataset_version_id, generation, created_at)
            VALUES (gen_random_uuid(), \(world.project.uuid), 'default', 'ft:m', 'm', \(version.id), 1, now())
            """)
        let explained = try await service.explain(version, split: "train", line: 1)
        #expect(explained.models == [TrainedModel(provider: "default", model: "ft:m", tuningJob: nil)])
        #expect(explained.text.contains("trained       ft:m"))
        // And back: what that model wrote is one fine-tune deep.
        let next = try await world.add(user: "Naya")
        try await pool.query("UPDATE gleaner.exchanges SET served_model = 'ft:m' WHERE id = \(next.uuid)")
        try await world.feedback(next, thumb: 1)
        let rated = try await build(world) { $0.minimumRating = .init(netThumbs: 1) }
        #expect(rated.statistics.excluded == ["unreviewed_fine_tune": 1])
    }
}

extension Sequence {
    fileprivate func asyncMap<Value>(_ body: (Element) async throws -> Value) async rethrows -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await body(element)) }
        return values
    }
}
