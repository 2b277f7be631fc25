public import AsyncPostgres
import Crypto
public import Foundation
import GleanerCore

/// Writes a frozen version as files: `train.jsonl`, `validation.jsonl` and on demand `holdout.jsonl`, `lineage.jsonl`,
/// `README.md` and `manifest.json`. The manifest of an earlier export goes first and the new one comes last: a directory
/// with a manifest is complete. One that was cut short goes on where it was.
public struct DatasetExporter: Sendable {
    public struct Result: Sendable, Codable {
        public let directory: String
        public let format: ExportFormat
        /// Name to SHA-256.
        public let files: [String: String]
        /// Lines in each file.
        public let train: Int
        public let validation: Int
        public let holdout: Int
        /// Examples that the format cannot hold, by reason.
        public let leftOut: [String: Int]
        /// Examples that lost something in it, by what.
        public let simplified: [String: Int]
        /// Files that an export cut short had finished.
        public let resumed: [String]

        enum CodingKeys: String, CodingKey {
            case directory, format, files, train, validation, holdout, simplified, resumed
            case leftOut = "left_out"
        }
    }

    private let store: PostgresDatasetStore
    private let patience: Duration

    /// - Parameter patience: how long to wait for another export into the same directory.
    public init(pool: PostgresPool, patience: Duration = .seconds(60)) {
        self.init(store: PostgresDatasetStore(pool: pool), patience: patience)
    }

    init(store: PostgresDatasetStore, patience: Duration = .seconds(60)) {
        self.store = store
        self.patience = patience
    }

    /// The same version in the same format gives the same bytes, wherever and whenever it is exported.
    /// - Parameters:
    ///   - directory: made when missing; files of an earlier export are replaced one by one.
    ///   - format: `nil` for the one that the version is frozen in.
    ///   - withHoldout: also what is held out, for measuring elsewhere.
    ///   - progress: examples written so far, and how many there will be.
    /// - Throws: `ExportError`, `DatasetError.fileUnwritable`.
    @concurrent
    public func export(
        _ version: DatasetVersion, to directory: URL, format: ExportFormat? = nil, withHoldout: Bool = false,
        progress: @Sendable (Int, Int) -> Void = { _, _ in }
    ) async throws -> Result {
        do {
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        } catch {
            throw DatasetError.fileUnwritable(path: directory.path, errno: EEXIST)
        }
        let lock = try await DirectoryLock.take(directory, patience: patience)
        defer { withExtendedLifetime(lock) {} }
        return try await store.inSnapshot { connection in
            let run = try await ExportRun.open(version, format, withHoldout: withHoldout, store, on: connection)
            return try await write(run, to: directory, progress, on: connection)
        }
    }

    /// Whether a version may leave in the format that it is frozen in; writes nothing.
    /// - Throws: `ExportError`.
    public func check(_ version: DatasetVersion) async throws {
        try await store.inSnapshot { connection in
            _ = try await ExportRun.open(version, nil, withHoldout: false, store, on: connection)
        }
    }

    private func write(
        _ run: ExportRun, to directory: URL, _ progress: @Sendable (Int, Int) -> Void, on connection: PostgresConnection
    ) async throws -> Result {
        var record = ResumeRecord.left(by: run, in: directory)
        try Self.clear(directory, keeping: run.splits.map { ExportFile(split: $0) })
        let resumed = record.finished.map(\.file.rawValue)
        let total = try await store.count(run.version.id, run.splits, on: connection)
        var before = 0
        for split in run.splits {
            if let finished = record.finished.first(where: { $0.split == split }) {
                before += finished.examples
                continue
            }
            let start = before
            let file = try AtomicFile(ExportFile(split: split).rawValue, in: directory)
            let tally = try await run.write(split, to: file, on: connection) { progress(start + $0, total) }
            if tally.rows == 0 { try AtomicFile.remove(tally.file.rawValue, in: directory) }
            before += tally.examples
            record.finished.append(tally)
            try record.save(in: directory)
        }
        var tallies = run.splits.compactMap { split in record.finished.first { $0.split == split } }
        try Self.check(tallies, run)
        let lineage = try await run.writeLineage(
            of: &tallies, to: AtomicFile(ExportFile.lineage.rawValue, in: directory), on: connection)
        return try Self.close(
            ExportManifest(run: run, splits: tallies, lineage: lineage), in: directory, resumed: resumed)
    }

    /// The manifest goes, so that nothing half done looks complete, and so does what this export will not have.
    private static func clear(_ directory: URL, keeping files: [ExportFile]) throws {
        try AtomicFile.remove(ExportFile.manifest.rawValue, in: directory)
        try AtomicFile.remove(ExportFile.card.rawValue, in: directory)
        for file in ExportFile.allCases where file.split != nil && !files.contains(file) {
            try AtomicFile.remove(file.rawValue, in: directory)
        }
        let names = ExportFile.allCases.map(\.rawValue) + [ResumeRecord.name]
        try AtomicFile.removeLeftovers(of: names, in: directory)
    }

    private static func check(_ tallies: [SplitTally], _ run: ExportRun) throws {
        guard (tallies.first { $0.split == "train" }?.rows ?? 0) > 0 else {
            throw ExportError.nothingFits(
                run.rewriter.format, leftOut: ExportManifest.sum(tallies.map(\.reasons)))
        }
    }

    private static func close(_ manifest: ExportManifest, in directory: URL, resumed: [String]) throws -> Result {
        let card = Array(DatasetCard(manifest).text.utf8)
        try AtomicFile.write(card, as: ExportFile.card.rawValue, in: directory)
        let document = try manifest.bytes()
        try AtomicFile.write(document, as: ExportFile.manifest.rawValue, in: directory)
        try AtomicFile.remove(ResumeRecord.name, in: directory)
        var hashes = Dictionary(uniqueKeysWithValues: manifest.files.map { ($0.name, $0.sha256) })
        hashes[ExportFile.card.rawValue] = SHA256.hash(data: card).hexadecimal
        hashes[ExportFile.manifest.rawValue] = SHA256.hash(data: document).hexadecimal
        func rows(_ split: String) -> Int { manifest.splits.first { $0.split == split }?.rows ?? 0 }
        return Result(
            directory: directory.path, format: manifest.run.rewriter.format, files: hashes, train: rows("train"),
            validation: rows("validation"), holdout: rows("holdout"),
            leftOut: ExportManifest.sum(manifest.splits.map(\.reasons)),
            simplified: ExportManifest.sum(manifest.splits.map(\.simplified)), resumed: resumed)
    }

    /// What an export without the holdout would say of itself, without writing anything.
    @concurrent
    func manifest(of version: DatasetVersion, format: ExportFormat? = nil) async throws -> ExportManifest {
        try await store.inSnapshot { connection in
            let run = try await ExportRun.open(version, format, withHoldout: false, store, on: connection)
            var tallies: [SplitTally] = []
            for split in run.splits {
                tallies.append(try await run.write(split, to: nil, on: connection) { _ in })
            }
            try Self.check(tallies, run)
            let lineage = try await run.writeLineage(of: &tallies, to: nil, on: connection)
            return ExportManifest(run: run, splits: tallies, lineage: lineage)
        }
    }
}
