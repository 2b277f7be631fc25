import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import NIOCore
import Testing

@testable import GleanerDatasets

@Suite("Datasets", .database)
struct BuildTests {
    private var pool: PostgresPool { TestDatabase.current.pool }
    private var service: DatasetService { DatasetService(pool: pool) }

    /// A project with `number` different exchanges, each reviewed with 5.
    private func world(_ number: Int = 12) async throws -> StoredExchanges {
        let world = try await StoredExchanges(pool: pool)
        for count in 0..<number {
            let id = try await world.add(user: "Sawaal \(count)", answer: "Jawab \(count)", conversation: "c\(count)")
            try await world.review(id, score: 5)
        }
        return world
    }
    private func build(_ world: StoredExchanges, _ change: (inout PromotionPolicy) -> Void = { _ in }) async throws
        -> DatasetVersion
    {
        var policy = PromotionPolicy()
        policy.validationShare = 0
        change(&policy)
        return try await service.build(dataset: "demo", policy: policy, project: world.project)
    }
    private func directory() -> URL {
        FileManager.default.temporaryDirectory.appendingPathComponent("dataset-\(UUID().uuidString)")
    }

    @Test("two builds from the same judgements hold the same lines, as two versions with one policy version")
    func deterministic() async throws {
        let world = try await world()
        let first = try await build(world)
        let second = try await build(world)
        #expect((first.number, second.number) == (1, 2))
        #expect(first.contentSHA256 == second.contentSHA256)
        #expect(second.policyVersion == 1)
        #expect(first.statistics.train == 12)
        let other = try await build(world) { $0.minimumReviewScore = 5 }
        #expect(other.policyVersion == 2)
        #expect(try await service.list(of: world.project).map(\.number) == [3, 2, 1])
        #expect(try await service.version("latest", of: "demo", in: world.project).number == 3)
    }

    @Test("counts say where every exchange went")
    func counts() async throws {
        let world = try await world(11)
        try await world.add(user: "Nobody judged this")
        let bad = try await world.add(user: "Bad")
        try await world.review(bad, score: 2)
        let flagged = try await world.add(user: "Flagged")
        try await world.review(flagged, score: 5)
        try await world.feedback(flagged, raised: true)
        let version = try await build(world)
        #expect(version.statistics.exchanges == 14)
        #expect(version.statistics.judged == 13)
        #expect(version.statistics.unjudged == 1)
        #expect(version.statistics.excluded == ["review_too_low": 1, "open_flag": 1])
        let rows = try await pool.query(
            "SELECT reason FROM gleaner.exclusions WHERE version_id = \(version.id) ORDER BY reason")
        #expect(try rows.map { try $0.decode("reason", as: String.self) } == ["open_flag", "review_too_low"])
    }

    @Test("of duplicates the best judged stays, and caps take the best")
    func duplicatesAndCaps() async throws {
        let world = try await world(0)
        var ids: [ID<Exchange>] = []
        for score: Int16 in [4, 5, 4] {
            let id = try await world.add(user: "Chai KAISE  banate hain?", answer: "Aise.", endUser: "u1")
            try await world.review(id, score: score)
            ids.append(id)
        }
        for count in 0..<4 {
            let id = try await world.add(user: "Alag \(count)", endUser: "u1")
            try await world.review(id, score: 4)
        }
        let version = try await build(world)
        #expect(version.statistics.excluded == ["duplicate": 2])
        let kept = try await pool.query("SELECT exchange_id FROM gleaner.examples WHERE version_id = \(version.id)")
            .map { try $0.decode("exchange_id", as: UUID.self) }
        #expect(kept.contains(ids[1].uuid))
        #expect(!kept.contains(ids[0].uuid))
        let capped = try await build(world) { $0.maximumPerEndUser = 2 }
        #expect(capped.statistics.promoted == 2)
        #expect(capped.statistics.excluded["end_user_cap"] == 3)
        let few = try await build(world) { $0.maximumExamples = 1 }
        #expect(few.statistics.promoted == 1)
        let best = try await service.explain(few, split: "train", line: 1)
        #expect(best.lineage["exchange_id"]?.stringValue == ids[1].description)
    }

    @Test("the newest vote of a rater counts, and another project's judgements do not")
    func votes() async throws {
        let world = try await world(0)
        let stranger = try await StoredExchanges(pool: pool, project: "other")
        let id = try await world.add()
        try await world.feedback(id, thumb: 1, rater: "a")
        try await world.feedback(id, thumb: -1, rater: "a")
        try await stranger.feedback(id, thumb: 1, rater: "b")
        try await stranger.feedback(id, thumb: 1, rater: "c")
        await #expect(throws: DatasetError.nothingPromoted(excluded: ["rating_too_low": 1], unjudged: 0)) {
            try await build(world) { $0.minimumRating = .init(netThumbs: 0) }
        }
        try await world.feedback(id, thumb: 1, rater: "a")
        #expect(try await build(world) { $0.minimumRating = .init(netThumbs: 1) }.statistics.promoted == 1)
    }

    @Test("an empty result makes no version and says why")
    func nothing() async throws {
        let world = try await world(0)
        try await world.add()
        await #expect(throws: DatasetError.nothingPromoted(excluded: [:], unjudged: 1)) { try await build(world) }
        #expect(try await service.list(of: world.project).isEmpty)
        await #expect(throws: DatasetError.nameInvalid("../x")) {
            try await service.build(dataset: "../x", policy: PromotionPolicy(), project: world.project)
        }
        await #expect(throws: DatasetError.datasetUnknown("demo")) {
            try await service.version("1", of: "demo", in: world.project)
        }
    }

    @Test("a conversation is on one side of the split, and stays there")
    func split() async throws {
        let world = try await world(0)
        for count in 0..<60 {
            let id = try await world.add(user: "Sawaal \(count)", conversation: "c\(count / 3)")
            try await world.review(id, score: 5)
        }
        let first = try await build(world) { $0.validationShare = 0.3 }
        #expect(first.statistics.validation > 0 && first.statistics.train > first.statistics.validation)
        let crossing = try await pool.query(
            """
            SELECT e.conversation FROM gleaner.examples x JOIN gleaner.exchanges e ON e.id = x.exchange_id
            WHERE x.version_id = \(first.id) GROUP BY 1 HAVING count(DISTINCT x.split) > 1
            """)
        #expect(crossing.isEmpty)
        let second = try await build(world) { $0.validationShare = 0.3 }
        #expect(second.contentSHA256 == first.contentSHA256)
    }

    // MARK: Files

    @Test("an export repeated gives the same bytes, on disk and as a download")
    func exportTwice() async throws {
        let world = try await world(30)
        let version = try await build(world) { $0.validationShare = 0.3 }
        let exporter = DatasetExporter(pool: pool)
        let (one, two) = (directory(), directory())
        defer { for place in [one, two] { try? FileManager.default.removeItem(at: place) } }
        let first = try await exporter.export(version, to: one)
        _ = try await build(world)
        let second = try await exporter.export(version, to: two)
        #expect(first.files == second.files)
        #expect(Set(first.files.keys) == ["train.jsonl", "validation.jsonl", "lineage.jsonl", "manifest.json"])
        for name in first.files.keys {
            #expect(
                try Data(contentsOf: one.appendingPathComponent(name))
                    == Data(contentsOf: two.appendingPathComponent(name)))
        }
        for file in [ExportFile.train, .validation, .lineage] {
            var streamed = ByteBuffer()
            for try await piece in service.store.pieces(of: file, version) { streamed.writeImmutableBuffer(piece) }
            #expect(try Data(contentsOf: one.appendingPathComponent(file.rawValue)) == Data(streamed.readableBytesView))
        }
        // Nothing half done is left beside them.
        #expect(try FileManager.default.contentsOfDirectory(atPath: one.path).count == 4)
        let verification = try DatasetVerifier().verify(one)
        #expect(verification.findings.isEmpty)
        #expect(verification.examples.values.reduce(0, +) == 30)
    }

    @Test("a line explains itself: exchange, review, rating, policy")
    func explain() async throws {
        let world = try await world(0)
        let id = try await world.add(conversation: "conversation-7")
        try await world.review(id, score: 5, reviewer: "ravi")
        try await world.feedback(id, thumb: 1, rater: "u9")
        let version = try await build(world)
        let text = try await service.explain(version, split: "train", line: 1).text
        for part in [id.description, "conversation-7", "ravi", "u9", "default@1", "test-model-1", "original"] {
            #expect(text.contains(part), "\(part) is missing")
        }
        await #expect(throws: DatasetError.lineUnknown(split: "train", line: 2, lines: 1)) {
            try await service.explain(version, split: "train", line: 2)
        }
        await #expect(throws: DatasetError.self) { try await service.explain(version, split: "holdout", line: 1) }
    }

    @Test("a file that cannot be written is an error, and leaves nothing behind")
    func unwritable() async throws {
        let world = try await world(1)
        let version = try await build(world)
        let place = directory()
        try Data("x".utf8).write(to: place)
        defer { try? FileManager.default.removeItem(at: place) }
        await #expect(throws: DatasetError.self) { try await DatasetExporter(pool: pool).export(version, to: place) }
    }
}
