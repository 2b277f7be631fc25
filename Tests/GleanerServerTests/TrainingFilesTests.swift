import AsyncPostgres
import Foundation
import GleanerCore
import GleanerDatasets
import GleanerTestSupport
import GleanerTuning
import Testing

@testable import GleanerServer

@Suite("Dataset versions as training files", .database)
struct TrainingFilesTests {
    private var pool: PostgresPool { TestDatabase.current.pool }

    /// A version of twelve lines that may be trained on.
    private func version(_ world: StoredExchanges) async throws -> (TrainingSet, DatasetTrainingFiles) {
        for number in 0..<12 {
            let id = try await world.add(
                user: "Sawaal \(number)", answer: "Jawab \(number)", conversation: "c\(number)")
            try await world.review(id, score: 5)
        }
        let policy = try PromotionPolicy(
            parsing: Array(
                #"""
                {"holdout_share":0,"validation_share":0,"personal_data":"ignored",
                 "near_duplicates":{"prompt":{"keep":null,"similarity":1,"short_similarity":1},
                                    "answer":{"keep":null,"similarity":1,"short_similarity":1}}}
                """#.utf8))
        let built = try await DatasetService(pool: pool).build(dataset: "chat", policy: policy, project: world.project)
        let files = DatasetTrainingFiles(pool: pool)
        return (try #require(try await files.set(built.id, in: world.project)), files)
    }

    private func failure(
        _ files: DatasetTrainingFiles, _ set: TrainingSet, _ world: StoredExchanges
    ) async throws -> String? {
        let place = FileManager.default.temporaryDirectory.appendingPathComponent("training-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: place) }
        do {
            try await files.write(set, in: world.project, to: place)
            return nil
        } catch let failure as TuningFailure {
            return failure.code
        }
    }

    @Test("a line that is held out as well is seen before money is spoken of, and ends the job afterwards")
    func overlap() async throws {
        let world = try await StoredExchanges(pool: pool)
        let (set, files) = try await version(world)
        try await files.check(set, in: world.project)
        #expect(try await failure(files, set, world) == nil)
        // As versions have it from before sides were settled.
        try await pool.query(
            """
            INSERT INTO gleaner.examples (version_id, split, line, shard, exchange_id, source, content, sha256, lineage)
            SELECT version_id, 'holdout', line, shard, exchange_id, source, content, sha256, lineage
            FROM gleaner.examples WHERE line = 3
            """)
        await #expect(throws: ExportError.holdoutOverlap(split: "train", line: 3, others: 0)) {
            try await files.check(set, in: world.project)
        }
        #expect(try await failure(files, set, world) == "export_holds_holdout")
    }

    @Test("a version that was withdrawn in the meantime, or is gone, ends the job")
    func withdrawn() async throws {
        let world = try await StoredExchanges(pool: pool)
        let (set, files) = try await version(world)
        try await pool.query(
            "UPDATE gleaner.dataset_versions SET withdrawn_at = now(), withdrawn_reason = 'erased' WHERE id = \(set.id)"
        )
        #expect(try await failure(files, set, world) == "dataset_withdrawn")
        try await pool.query("UPDATE gleaner.datasets SET name = 'other'")
        #expect(try await failure(files, set, world) == "set_gone")
    }
}
