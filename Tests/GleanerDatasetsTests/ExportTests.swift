import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import NIOCore
import Testing

@testable import GleanerDatasets

@Suite("Exports", .database)
struct ExportTests {
    private var pool: PostgresPool { TestDatabase.current.pool }
    private var exporter: DatasetExporter { DatasetExporter(pool: pool, patience: .milliseconds(300)) }
    private let place = FileManager.default.temporaryDirectory.appendingPathComponent("export-\(UUID().uuidString)")

    private func listing() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: place.path).sorted()
    }
    private func rows(_ name: String) throws -> [JSONValue] {
        try Data(contentsOf: place.appendingPathComponent(name)).split(separator: 0x0A).map {
            try JSONValue(parsing: $0)
        }
    }
    private func bytes() throws -> [String: Data] {
        Dictionary(
            uniqueKeysWithValues: try listing().map { ($0, try Data(contentsOf: place.appendingPathComponent($0))) })
    }

    @Test(
        "every format that fits is exported, verified by the manifest's word, and the same on repeat and as a download")
    func everyFormat() async throws {
        let world = try await StoredExchanges(pool: pool)
        let talks = StoredVersion.talks(12) + StoredVersion.talks(3, "validation", tag: "v")
        let stored = try await StoredVersion(world, talks)
        defer { try? FileManager.default.removeItem(at: place) }
        for format in ExportFormat.fitting(.sft) {
            let first = try await exporter.export(stored.version, to: place, format: format)
            let files = try bytes()
            #expect(first.train == 12 && first.validation == 3 && first.leftOut.isEmpty)
            let verification = try DatasetVerifier().verify(place)
            #expect(verification.format == format)
            #expect(verification.findings.isEmpty, "\(format)")
            let again = try await exporter.export(stored.version, to: place, format: format)
            #expect(again.files == first.files)
            #expect(try bytes() == files)
            let store = PostgresDatasetStore(pool: pool)
            let run = try await store.opened(stored.version, format, withHoldout: false)
            for file in [ExportFile.train, .validation, .lineage] {
                var streamed = ByteBuffer()
                for try await piece in store.pieces(of: file, run) { streamed.writeImmutableBuffer(piece) }
                #expect(Data(streamed.readableBytesView) == files[file.rawValue], "\(format) \(file)")
            }
            let manifest = try await exporter.manifest(of: stored.version, format: format)
            #expect(Data(try manifest.bytes()) == files["manifest.json"])
            #expect(Data(DatasetCard(manifest).text.utf8) == files["README.md"])
        }
    }

    @Test("pairs become two lines for KTO, and lineage names both")
    func pairs() async throws {
        let world = try await StoredExchanges(pool: pool)
        let pairs = (0..<10).map { number -> (split: String, content: JSONValue) in
            (
                "train",
                [
                    "input": ["messages": [["role": "user", "content": .string("Q\(number)")]]],
                    "preferred_output": [["role": "assistant", "content": "good"]],
                    "non_preferred_output": [["role": "assistant", "content": "bad"]],
                ]
            )
        }
        let stored = try await StoredVersion(world, kind: .preference, pairs)
        defer { try? FileManager.default.removeItem(at: place) }
        #expect(try await exporter.export(stored.version, to: place).format == .openAIPreference)
        #expect(try DatasetVerifier().verify(place).findings.isEmpty)
        let result = try await exporter.export(stored.version, to: place, format: .trlKTO)
        #expect(result.train == 20)
        let lineage = try rows("lineage.jsonl")
        let numbers: [Int64] = lineage.compactMap { $0["line"]?.intValue }
        #expect(numbers == Array(1...20))
        let examples: [Int64] = lineage.compactMap { $0["example"]?.intValue }
        let wanted: [Int64] = (0..<20).map { Int64($0 / 2 + 1) }
        #expect(examples == wanted)
    }

    @Test("examples that a format cannot hold are left out, counted and named, and lineage passes over them")
    func leftOut() async throws {
        let world = try await StoredExchanges(pool: pool)
        var talks = StoredVersion.talks(6)
        let tool: JSONValue = [
            "messages": [
                ["role": "user", "content": "Q"],
                [
                    "role": "assistant",
                    "tool_calls": [["id": "c", "type": "function", "function": ["name": "f", "arguments": "{}"]]],
                ],
            ]
        ]
        talks.insert(("train", tool), at: 2)
        let stored = try await StoredVersion(world, talks)
        defer { try? FileManager.default.removeItem(at: place) }
        let result = try await exporter.export(stored.version, to: place, format: .bedrockClaude)
        #expect(result.leftOut == ["tools": 1])
        let lineage = try rows("lineage.jsonl")
        let numbers: [Int64] = lineage.compactMap { $0["line"]?.intValue }
        #expect(numbers == [1, 2, 3, 4, 5, 6])
        let kept: [Int64] = lineage.compactMap { $0["example"]?.intValue }
        #expect(kept == [1, 2, 4, 5, 6, 7])
        #expect(lineage[2]["note"] == "a \u{2028} b: \"c\", d")
        #expect(lineage.allSatisfy { $0["exchange_id"]?.stringValue != nil })
        let text = try String(contentsOf: place.appendingPathComponent("lineage.jsonl"), encoding: .utf8)
        #expect(text.contains(#"a \u2028 b: \"c\", d"#))
        let left = try rows("manifest.json")[0]["left_out"]
        let wanted: JSONValue = [
            ["split": "train", "reasons": ["tools": 1], "examples": [["example": 3, "reason": "tools"]]]
        ]
        #expect(left == wanted)
        let card = try String(contentsOf: place.appendingPathComponent("README.md"), encoding: .utf8)
        for part in ["# demo, version 1", "left out, `tools`: 1", "Licence:", "| `train.jsonl` | 6 |"] {
            #expect(card.contains(part), "\(part)")
        }
        // Of the same version in a format with tools, every line has their members.
        _ = try await exporter.export(stored.version, to: place, format: .trlPromptCompletion)
        #expect(try rows("train.jsonl").allSatisfy { $0["tools"] == "[]" })
    }

    // MARK: Refusals

    @Test("nothing leaves before enough people approved, nor after it was withdrawn")
    func approval() async throws {
        let world = try await StoredExchanges(pool: pool)
        let stored = try await StoredVersion(world, StoredVersion.talks(10))
        defer { try? FileManager.default.removeItem(at: place) }
        try await pool.query("UPDATE gleaner.dataset_versions SET approvals_needed = 2 WHERE id = \(stored.id)")
        func approve(_ who: String) async throws {
            try await pool.query(
                "INSERT INTO gleaner.dataset_approvals VALUES (\(stored.id), \(who), '', now())")
        }
        try await approve("asha")
        await #expect(throws: ExportError.notApproved(dataset: "demo", version: 1, needed: 2, given: 1)) {
            try await exporter.export(stored.version, to: place)
        }
        #expect(try listing() == [])
        try await approve("ravi")
        _ = try await exporter.export(stored.version, to: place)
        let later = try await StoredVersion(world, dataset: "later", StoredVersion.talks(1, tag: "x"))
        try await pool.query(
            """
            UPDATE gleaner.dataset_versions SET withdrawn_at = now(), withdrawn_reason = 'an erasure', replaced_by = \(later.id)
            WHERE id = \(stored.id)
            """)
        await #expect(
            throws: ExportError.withdrawn(dataset: "demo", version: 1, reason: "an erasure", replacedBy: 1)
        ) { try await exporter.export(stored.version, to: place) }
        await #expect(throws: ExportError.self) {
            try await PostgresDatasetStore(pool: pool).opened(stored.version, nil, withHoldout: false)
        }
    }

    @Test("the holdout goes out only when asked for, in a file of its own")
    func holdout() async throws {
        let world = try await StoredExchanges(pool: pool)
        let talks = StoredVersion.talks(10) + StoredVersion.talks(4, "holdout", tag: "h")
        let stored = try await StoredVersion(world, talks)
        defer { try? FileManager.default.removeItem(at: place) }
        _ = try await exporter.export(stored.version, to: place)
        #expect(try listing() == ["README.md", "lineage.jsonl", "manifest.json", "train.jsonl"])
        let without = try bytes()
        #expect(without.values.allSatisfy { !String(decoding: $0, as: UTF8.self).contains("Sawaal h") })
        let result = try await exporter.export(stored.version, to: place, withHoldout: true)
        #expect(result.holdout == 4 && result.train == 10)
        #expect(try rows("holdout.jsonl").count == 4)
        #expect(try DatasetVerifier().verify(place).findings.isEmpty)
        let last = try rows("lineage.jsonl").suffix(4).compactMap { $0["file"]?.stringValue }
        #expect(last == Array(repeating: "holdout.jsonl", count: 4))
        // Somebody moves a line of it into the training file.
        let line = try Data(contentsOf: place.appendingPathComponent("holdout.jsonl")).split(separator: 0x0A)[0]
        let train = place.appendingPathComponent("train.jsonl")
        try (Data(contentsOf: train) + line + Data([0x0A])).write(to: train)
        #expect(
            try DatasetVerifier().verify(place).findings.map(\.code) == ["train_row_in_holdout", "manifest_mismatch"])
        _ = try await exporter.export(stored.version, to: place)
        #expect(try bytes() == without)
        let bare = try await StoredVersion(world, dataset: "bare", StoredVersion.talks(1, tag: "b"))
        await #expect(throws: ExportError.noHoldout(dataset: "bare", version: 1)) {
            try await exporter.export(bare.version, to: place, withHoldout: true)
        }
    }

    @Test("a training line that another version holds out is not exported: by content, and by exchange")
    func overlap() async throws {
        let world = try await StoredExchanges(pool: pool)
        let stored = try await StoredVersion(world, StoredVersion.talks(3))
        let shared = ID<Exchange>.new().uuid
        let other = try await StoredVersion(
            world, dataset: "by-exchange", StoredVersion.talks(2, tag: "e"),
            exchange: { $0 == 1 ? shared : ID<Exchange>.new().uuid })
        defer { try? FileManager.default.removeItem(at: place) }
        // Elsewhere it does not matter.
        let elsewhere = try await StoredExchanges(pool: pool, project: "elsewhere")
        _ = try await StoredVersion(elsewhere, StoredVersion.talks(3, "holdout"))
        _ = try await exporter.export(stored.version, to: place)
        _ = try await StoredVersion(
            world, dataset: "held", StoredVersion.talks(2, "holdout") + StoredVersion.talks(1, "holdout", tag: "z"),
            exchange: { $0 == 2 ? shared : ID<Exchange>.new().uuid })
        await #expect(throws: ExportError.holdoutOverlap(split: "train", line: 1, others: 1)) {
            try await exporter.export(stored.version, to: place)
        }
        await #expect(throws: ExportError.holdoutOverlap(split: "train", line: 2, others: 0)) {
            try await exporter.export(other.version, to: place)
        }
        let twice = try await StoredVersion(
            world, dataset: "twice", StoredVersion.talks(2, tag: "t") + StoredVersion.talks(1, "validation", tag: "t"))
        await #expect(throws: ExportError.splitOverlap(line: 1, others: 0)) {
            try await exporter.export(twice.version, to: place)
        }
    }

    @Test("formats that cannot hold a kind are refused, with those that can; so is one that holds none of the lines")
    func unfit() async throws {
        let world = try await StoredExchanges(pool: pool)
        let stored = try await StoredVersion(world, [("train", ["messages": [["role": "user", "content": "Q"]]])])
        defer { try? FileManager.default.removeItem(at: place) }
        await #expect(throws: ExportError.formatUnfit(.trlKTO, .sft)) {
            try await exporter.export(stored.version, to: place, format: .trlKTO)
        }
        await #expect(throws: ExportError.nothingFits(.mistral, leftOut: ["no_answer_at_the_end": 1])) {
            try await exporter.export(stored.version, to: place, format: .mistral)
        }
        #expect(try !listing().contains("manifest.json"))
        #expect(try !listing().contains("train.jsonl"))
    }

    // MARK: Cut short

    @Test("an export cut short goes on where it was, unless a finished file has been touched")
    func resume() async throws {
        let world = try await StoredExchanges(pool: pool)
        let stored = try await StoredVersion(
            world, StoredVersion.talks(20) + StoredVersion.talks(5, "validation", tag: "v"))
        defer { try? FileManager.default.removeItem(at: place) }
        _ = try await exporter.export(stored.version, to: place, format: .shareGPT)
        let whole = try bytes()
        func cutShort() async throws {
            let obstacle = place.appendingPathComponent("lineage.jsonl")
            try FileManager.default.removeItem(at: obstacle)
            try FileManager.default.createDirectory(
                at: obstacle.appendingPathComponent("full"), withIntermediateDirectories: true)
            await #expect(throws: DatasetError.self) {
                try await exporter.export(stored.version, to: place, format: .shareGPT)
            }
            try FileManager.default.removeItem(at: obstacle)
        }
        try await cutShort()
        // What a writer leaves that was killed goes; what is not ours stays.
        let leftover = "train.jsonl.\(UUID().uuidString.lowercased()).tmp"
        for name in [leftover, "train.jsonl.mine.tmp"] {
            try Data("x".utf8).write(to: place.appendingPathComponent(name))
        }
        let left: [String] = [".export.json", "train.jsonl", leftover, "train.jsonl.mine.tmp", "validation.jsonl"]
        #expect(try listing() == left.sorted())
        #expect(
            try await exporter.export(stored.version, to: place, format: .shareGPT).resumed == [
                "train.jsonl", "validation.jsonl",
            ])
        try FileManager.default.removeItem(at: place.appendingPathComponent("train.jsonl.mine.tmp"))
        #expect(try bytes() == whole)

        try await cutShort()
        try Data("{}\n".utf8).write(to: place.appendingPathComponent("train.jsonl"))
        #expect(
            try await exporter.export(stored.version, to: place, format: .shareGPT).resumed == ["validation.jsonl"])
        #expect(try bytes() == whole)

        try await cutShort()
        #expect(try await exporter.export(stored.version, to: place, format: .alpaca).resumed == [])
        #expect(try DatasetVerifier().verify(place).format == .alpaca)
    }

    @Test("exports of two versions into one directory do not mix: one waits, or is refused")
    func twoAtOnce() async throws {
        let world = try await StoredExchanges(pool: pool)
        let one = try await StoredVersion(world, StoredVersion.talks(30))
        let two = try await StoredVersion(world, dataset: "two", StoredVersion.talks(30, tag: "t"))
        defer { try? FileManager.default.removeItem(at: place) }
        let patient = DatasetExporter(pool: pool, patience: .seconds(30))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for stored in [one, two, one] { group.addTask { _ = try await patient.export(stored.version, to: place) } }
            try await group.waitForAll()
        }
        #expect(try DatasetVerifier().verify(place).findings.isEmpty)
        let lock = try await DirectoryLock.take(place, patience: .zero)
        await #expect(throws: ExportError.underWay(path: place.path)) {
            try await exporter.export(one.version, to: place)
        }
        withExtendedLifetime(lock) {}
    }

    @Test("a cancelled export leaves no half file")
    func cancelled() async throws {
        let world = try await StoredExchanges(pool: pool)
        let stored = try await StoredVersion(world, StoredVersion.talks(50))
        defer { try? FileManager.default.removeItem(at: place) }
        let task = Task {
            try await exporter.export(stored.version, to: place) { _, _ in withUnsafeCurrentTask { $0?.cancel() } }
        }
        await #expect(throws: (any Error).self) { try await task.value }
        #expect(try listing().allSatisfy { !$0.hasSuffix(".tmp") && $0 != "manifest.json" })
    }
}
