import AsyncPostgres
import Crypto
import Foundation
import GleanerCore
import GleanerTestSupport
import NIOCore
import Testing

@testable import GleanerDatasets

/// More rows than one page, batch or buffer holds.
@Suite("Large versions", .database)
struct LargeVersionTests {
    private var pool: PostgresPool { TestDatabase.current.pool }
    private var service: DatasetService { DatasetService(pool: pool) }

    private func directory() -> URL {
        FileManager.default.temporaryDirectory.appendingPathComponent("large-\(UUID().uuidString)")
    }

    @Test("nothing is lost between pages and batches, and every hash is that of the bytes on disk")
    func pages() async throws {
        let world = try await StoredExchanges(pool: pool)
        // 620 examples in batches of 200 and pages of 200 and 500; 210 exclusions.
        for count in 0..<830 {
            let id = try await world.add(user: "Sawaal \(count)", answer: "Jawab \(count)", conversation: "c\(count)")
            try await world.review(id, score: count < 620 ? 5 : 1)
        }
        var policy = PromotionPolicy.plain
        policy.validationShare = 0.4
        let version = try await service.build(dataset: "demo", policy: policy, project: world.project)
        #expect(version.statistics.promoted == 620)
        #expect(version.statistics.judged == 830)
        #expect(version.statistics.excluded == ["review_too_low": 210])

        let place = directory()
        defer { try? FileManager.default.removeItem(at: place) }
        let exported = try await DatasetExporter(pool: pool).export(version, to: place)
        let train = try Data(contentsOf: place.appendingPathComponent("train.jsonl"))
        let validation = try Data(contentsOf: place.appendingPathComponent("validation.jsonl"))
        #expect(SHA256.hash(data: train + validation).hexadecimal == version.contentSHA256)
        for (name, sha256) in exported.files {
            let bytes = try Data(contentsOf: place.appendingPathComponent(name))
            #expect(SHA256.hash(data: bytes).hexadecimal == sha256, "\(name)")
        }
        #expect(train.split(separator: 0x0A).count == version.statistics.train)
        #expect(validation.split(separator: 0x0A).count == version.statistics.validation)
        let run = try await service.store.opened(version, nil, withHoldout: false)
        for file in [ExportFile.train, .validation, .lineage] {
            var streamed = ByteBuffer()
            for try await piece in service.store.pieces(of: file, run) { streamed.writeImmutableBuffer(piece) }
            let onDisk = try Data(contentsOf: place.appendingPathComponent(file.rawValue))
            #expect(Data(streamed.readableBytesView) == onDisk, "\(file.rawValue)")
        }
        try checkLineage(place, version)
        #expect(try DatasetVerifier().verify(place).findings.isEmpty)
    }

    /// Each line of lineage.jsonl names a line of the other files by its place and its hash, and none is left over.
    private func checkLineage(_ place: URL, _ version: DatasetVersion) throws {
        var named: Set<String> = []
        var files: [String: [Data]] = [:]
        for name in ["train.jsonl", "validation.jsonl"] {
            files[name] = try Data(contentsOf: place.appendingPathComponent(name)).split(separator: 0x0A)
        }
        for row in try Data(contentsOf: place.appendingPathComponent("lineage.jsonl")).split(separator: 0x0A) {
            let lineage = try JSONValue(parsing: row)
            let file = try #require(lineage["file"]?.stringValue)
            let line = Int(try #require(lineage["line"]?.intValue))
            let content = try #require(files[file]?[line - 1])
            #expect(lineage["sha256"]?.stringValue == SHA256.hash(data: content).hexadecimal)
            named.insert("\(file):\(line)")
        }
        #expect(named.count == version.statistics.promoted)
    }

    @Test("a line longer than any buffer survives promotion, export and verification")
    func longLine() async throws {
        let world = try await StoredExchanges(pool: pool)
        // About 1.2 MB: several reads of the verifier, several writes of the exporter.
        let long = String(repeating: "lambi baat \u{2028} ", count: 80_000)
        let id = try await world.add(user: "Poora likho", answer: long)
        try await world.review(id, score: 5)
        var policy = PromotionPolicy.plain
        policy.validationShare = 0
        policy.maximumTokens = 10_000_000
        let version = try await service.build(dataset: "demo", policy: policy, project: world.project)
        let place = directory()
        defer { try? FileManager.default.removeItem(at: place) }
        _ = try await DatasetExporter(pool: pool).export(version, to: place)
        let bytes = try Data(contentsOf: place.appendingPathComponent("train.jsonl"))
        #expect(bytes.filter { $0 == 0x0A }.count == 1)
        let line = try JSONValue(parsing: bytes)
        #expect(line["messages"]?.arrayValue?.last?["content"]?.stringValue == long)
        #expect(
            try DatasetVerifier(maximumTokens: 10_000_000).verify(place).findings.map(\.code) == ["too_few_examples"])
    }
}
