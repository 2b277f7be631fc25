import AsyncPostgres
import Foundation
import GleanerCore

/// Reads a version in one snapshot and writes its files, in flat memory, to disk or only into their hashes.
struct ExportRun: Sendable {
    let version: DatasetVersion
    let standing: ExportStanding
    let rewriter: ExampleRewriter
    let schema: ExportSchema
    /// Train first.
    let splits: [String]
    let store: PostgresDatasetStore

    /// Checks that the version may leave so.
    /// - Parameter connection: in a transaction that sees one snapshot.
    static func open(
        _ version: DatasetVersion, _ format: ExportFormat?, withHoldout: Bool, _ store: PostgresDatasetStore,
        on connection: PostgresConnection
    ) async throws -> ExportRun {
        let standing = try await store.standing(of: version.id, on: connection)
        let format = format ?? .usual(for: standing.kind)
        try standing.check(version, format, wantsHoldout: withHoldout)
        try await store.checkOverlap(of: version.id, on: connection)
        let schema =
            format.hasFixedSchema ? try await store.schema(of: version.id, on: connection) : ExportSchema()
        let splits = ["train", "validation"] + (withHoldout ? ["holdout"] : [])
        return ExportRun(
            version: version, standing: standing, rewriter: ExampleRewriter(format, standing.kind, schema),
            schema: schema, splits: splits.filter(standing.splits.contains), store: store)
    }

    /// Writes one split.
    /// - Parameter progress: examples read.
    func write(
        _ split: String, to file: AtomicFile?, on connection: PostgresConnection, progress: (Int) -> Void
    ) async throws -> SplitTally {
        var tally = SplitTally(split: split)
        let sink = LineSink(file)
        try await store.copyContent(of: version.id, split: split, on: connection) { line, content in
            tally.examples += 1
            if rewriter.changesNothing {
                tally.scripts.see(content)
                try sink.add(content)
            } else {
                try Self.add(line, content, rewriter, to: sink, &tally)
            }
            if tally.examples % 1000 == 0 { progress(tally.examples) }
        }
        progress(tally.examples)
        tally.sha256 = try sink.finish()
        tally.rows = sink.rows
        tally.bytes = sink.bytes
        return tally
    }

    private static func add(
        _ line: Int32, _ content: UnsafeRawBufferPointer, _ rewriter: ExampleRewriter, to sink: LineSink,
        _ tally: inout SplitTally
    ) throws {
        let written: ExampleRewriter.Lines
        do throws(Unfit) {
            written = try rewriter.lines(of: content)
        } catch {
            return tally.leaveOut(line, error)
        }
        for line in written.lines {
            try line.withUnsafeBytes { bytes in
                tally.scripts.see(bytes)
                try sink.add(bytes)
            }
        }
        tally.note(written.simplified)
    }

    /// Writes where each line of the other files comes from, and counts their tokens on the way.
    /// - Parameter tallies: of all splits; their tokens are set.
    func writeLineage(
        of tallies: inout [SplitTally], to file: AtomicFile?, on connection: PostgresConnection
    ) async throws -> ExportedFile {
        let sink = LineSink(file)
        for index in tallies.indices {
            var gaps = GapReader(tallies[index].gaps)
            let (name, repeats) = (tallies[index].file.rawValue, rewriter.linesPerExample)
            var row = 0
            var tokens = 0
            try await store.copyLineage(of: version.id, split: tallies[index].split, on: connection) {
                line, lineage, estimate in
                guard !gaps.covers(line) else { return }
                tokens += estimate
                for _ in 0..<repeats {
                    row += 1
                    try sink.add { LineageText.append(lineage, file: name, line: row, example: Int(line), to: &$0) }
                }
            }
            tallies[index].estimatedTokens = tokens
        }
        let sha256 = try sink.finish()
        return ExportedFile(
            name: ExportFile.lineage.rawValue, rows: sink.rows, bytes: sink.bytes, sha256: sha256, estimatedTokens: nil)
    }
}

/// Walks along the gaps of a split as its lines go by in order.
struct GapReader {
    private var rest: ArraySlice<[Int32]>

    init(_ gaps: [[Int32]]) { rest = gaps[...] }

    mutating func covers(_ line: Int32) -> Bool {
        while let gap = rest.first, gap[1] < line { rest = rest.dropFirst() }
        return rest.first.map { $0[0] <= line } ?? false
    }
}
