import AsyncPostgres
import Foundation
import GleanerCore
import GleanerHTTP
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
        var policy = PromotionPolicy.plain
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

    @Test(
        "judgements of marked raters are left out, are the reason when nothing else is left, and count again when cleared"
    )
    func markedRaters() async throws {
        let world = try await StoredExchanges(pool: pool)
        let (alone, shared, reviewed) = (
            try await world.add(user: "A"), try await world.add(user: "B"), try await world.add(user: "C")
        )
        for id in [alone, shared, reviewed] { try await world.feedback(id, thumb: 1, rater: "loud") }
        try await world.feedback(shared, thumb: 1, rater: "asha")
        try await world.review(reviewed, score: 5)
        // A flag only keeps things out, so it counts whoever raised it.
        let flagged = try await world.add(user: "D")
        try await world.feedback(flagged, thumb: 1, rater: "asha")
        try await world.feedback(flagged, raised: true, rater: "loud")
        func mark(_ since: Double, _ until: Double?, _ reason: String) async throws {
            try await pool.query(
                """
                INSERT INTO gleaner.rater_marks
                    (id, project_id, rater, reason, since, until, evidence, marked_at, seen_at)
                VALUES (gen_random_uuid(), \(world.project.uuid), 'loud', \(reason), \(Date(timeIntervalSinceNow: since)),
                        \(until.map { Date(timeIntervalSinceNow: $0) }), '{}', now(), now())
                """)
        }
        func version() async throws -> DatasetVersion {
            try await build(world) { $0.minimumRating = .init(netThumbs: 1) }
        }
        // Another time's mark says nothing of these.
        try await mark(-7200, -3600, "few_raters")
        let before = try await version()
        #expect(before.statistics.train == 3)
        #expect(before.statistics.excluded == ["open_flag": 1])
        try await mark(-60, nil, "burst")
        let marked = try await version()
        #expect(marked.statistics.train == 2)
        #expect(marked.statistics.excluded == ["marked_rater": 1, "open_flag": 1])
        let detail: String = try await pool.query(
            "SELECT detail FROM gleaner.exclusions WHERE version_id = \(marked.id) AND reason = 'marked_rater'")[0]
            .decode("detail")
        #expect(detail == "1 of marked raters (burst) left out; then net thumbs 0 of 1")
        try await pool.query("UPDATE gleaner.rater_marks SET cleared_at = now(), cleared_by = 'lead'")
        #expect(try await version().statistics.train == 3)
    }

    @Test("votes of one key without a name are one voice, however often they are sent")
    func unnamedVotes() async throws {
        let world = try await StoredExchanges(pool: pool)
        let id = try await world.add()
        for _ in 0..<6 { try await world.feedback(id, thumb: 1, rater: nil) }
        try await pool.query("UPDATE gleaner.feedback SET api_key_id = \(world.caller.key.uuid)")
        let other = try await world.add(user: "Another")
        for rater in ["asha", "ravi"] { try await world.feedback(other, thumb: 1, rater: rater) }
        let two = try await build(world) { $0.minimumRating = .init(netThumbs: 2) }
        #expect(two.statistics.excluded == ["rating_too_low": 1])
        #expect(try await build(world) { $0.minimumRating = .init(netThumbs: 1) }.statistics.train == 2)
        try await pool.query(
            """
            INSERT INTO gleaner.rater_marks (id, project_id, rater, reason, since, evidence, marked_at, seen_at)
            VALUES (gen_random_uuid(), \(world.project.uuid), \("unnamed:\(world.caller.key)"), 'burst',
                    now() - interval '1 hour', '{}', now(), now())
            """)
        let marked = try await build(world) { $0.minimumRating = .init(netThumbs: 1) }
        #expect(marked.statistics.excluded == ["marked_rater": 1])
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

    @Test("an exchange whose JSON cannot be read is left out, and the build goes on")
    func unreadable() async throws {
        let world = try await world(3)
        for json in [
            #"[{"role":"user","content":"x","n":1e400}]"#,
            #"[{"role":"user","content":"#
                + "\(String(repeating: "[", count: 600))1\(String(repeating: "]", count: 600))}]",
        ] {
            let id = try await world.add(user: "Not for Foundation")
            try await world.review(id, score: 5)
            try await pool.query(
                "UPDATE gleaner.exchange_bodies SET messages = \(JSONB(json)) WHERE id = \(id.uuid)")
        }
        let version = try await build(world)
        #expect(version.statistics.promoted == 3)
        #expect(version.statistics.excluded == ["unreadable": 2])
    }

    @Test("builds side by side each get a number and a policy version of their own")
    func parallelBuilds() async throws {
        let world = try await world(4)
        let (service, project) = (service, world.project)
        let versions = try await withThrowingTaskGroup(of: DatasetVersion.self) { group in
            for number in 0..<4 {
                group.addTask {
                    var policy = PromotionPolicy.plain
                    policy.maximumTokens = 1000 + number
                    return try await service.build(dataset: "demo", policy: policy, project: project)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(versions.map(\.number).sorted() == [1, 2, 3, 4])
        #expect(versions.map(\.policyVersion).sorted() == [1, 2, 3, 4])
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
        await #expect(throws: DatasetError.datasetUnknown("demo\0")) {
            try await service.version("1", of: "demo\0", in: world.project)
        }
        await #expect(throws: DatasetError.policyUnknown("default\0")) {
            try await service.policy(named: "default\0", in: world.project)
        }
    }

    @Test(
        "the body of a build says one policy or none, and nothing that is not known",
        arguments: [
            (#"{"policy":{},"policy_name":"p"}"#, "policy_name"), (#"{"polcy":{}}"#, "polcy"),
            (#"{"policy":{},"role":"admin"}"#, "role"),
        ])
    func buildBody(_ text: String, _ field: String) throws {
        let error = try #require(throws: BodyError.self) {
            try JSONDecoder().decode(DatasetRoutes.BuildBody.self, from: Data(text.utf8))
        }
        #expect(error.field == field)
        _ = try JSONDecoder().decode(DatasetRoutes.BuildBody.self, from: Data("{}".utf8))
    }

    @Test("a conversation is on one side of the split, and stays there")
    func split() async throws {
        let world = try await world(0)
        for count in 0..<120 {
            let id = try await world.add(user: "Sawaal \(count)", conversation: "c\(count / 3)")
            try await world.review(id, score: 5)
        }
        let first = try await build(world) { $0.validationShare = 0.3 }
        // The salt is new with each dataset. Of 40 conversations none falls on one side once in a million runs.
        #expect(first.statistics.validation > 0 && first.statistics.train > 0)
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
        #expect(
            Set(first.files.keys) == [
                "train.jsonl", "validation.jsonl", "lineage.jsonl", "README.md", "manifest.json",
            ])
        for name in first.files.keys {
            #expect(
                try Data(contentsOf: one.appendingPathComponent(name))
                    == Data(contentsOf: two.appendingPathComponent(name)))
        }
        let run = try await service.store.opened(version, nil, withHoldout: false)
        for file in [ExportFile.train, .validation, .lineage] {
            var streamed = ByteBuffer()
            for try await piece in service.store.pieces(of: file, run) { streamed.writeImmutableBuffer(piece) }
            #expect(try Data(contentsOf: one.appendingPathComponent(file.rawValue)) == Data(streamed.readableBytesView))
        }
        let manifest = try Data(contentsOf: one.appendingPathComponent("manifest.json"))
        #expect(try await exporter.manifest(of: version).bytes() == Array(manifest))
        let files = try JSONValue(parsing: manifest)["files"]?.arrayValue ?? []
        let tokens = files.compactMap { $0["estimated_tokens"]?.intValue }
        #expect(tokens.count == 2)
        #expect(tokens.reduce(0, +) == Int64(version.statistics.estimatedTokens))
        // Nothing half done is left beside them.
        #expect(try FileManager.default.contentsOfDirectory(atPath: one.path).count == 5)
        let verification = try DatasetVerifier().verify(one)
        #expect(verification.findings.isEmpty)
        #expect(verification.examples.values.reduce(0, +) == 30)
    }

    @Test("an export that fails leaves no manifest, not even the last one's")
    func failedExport() async throws {
        let world = try await world(3)
        let version = try await build(world)
        let exporter = DatasetExporter(pool: pool)
        let place = directory()
        defer { try? FileManager.default.removeItem(at: place) }
        _ = try await exporter.export(version, to: place)
        let obstacle = place.appendingPathComponent("lineage.jsonl")
        try FileManager.default.removeItem(at: obstacle)
        try FileManager.default.createDirectory(
            at: obstacle.appendingPathComponent("full"), withIntermediateDirectories: true)
        await #expect(throws: DatasetError.self) { try await exporter.export(version, to: place) }
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: place.path).sorted() == [
                ".export.json", "lineage.jsonl", "train.jsonl",
            ])
    }

    @Test("two exports into one directory at once leave whole files")
    func exportsAtOnce() async throws {
        let world = try await world(30)
        let version = try await build(world)
        let exporter = DatasetExporter(pool: pool)
        let place = directory()
        defer { try? FileManager.default.removeItem(at: place) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 { group.addTask { _ = try await exporter.export(version, to: place) } }
            try await group.waitForAll()
        }
        #expect(try DatasetVerifier().verify(place).findings.isEmpty)
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.path).count == 4)
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
