public import AsyncPostgres
public import Foundation

/// Writes a frozen version as files: `train.jsonl`, `validation.jsonl` when there is one, `lineage.jsonl` and
/// `manifest.json`, which comes last: a directory with a manifest is complete.
public struct DatasetExporter: Sendable {
    public struct Result: Sendable, Codable {
        public let directory: String
        /// Name to SHA-256.
        public let files: [String: String]
        public let train: Int
        public let validation: Int
    }

    private let store: PostgresDatasetStore

    public init(pool: PostgresPool) { self.init(store: PostgresDatasetStore(pool: pool)) }

    init(store: PostgresDatasetStore) { self.store = store }

    /// The same version gives the same bytes, wherever and whenever it is exported.
    /// - Parameters:
    ///   - directory: made when missing; files of an earlier export are replaced one by one.
    ///   - progress: lines written so far, and how many there will be.
    public func export(
        _ version: DatasetVersion, to directory: URL, progress: @Sendable (Int, Int) -> Void = { _, _ in }
    ) async throws -> Result {
        do {
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        } catch {
            throw DatasetError.fileUnwritable(path: directory.path, errno: 0)
        }
        var files: [ExportedFile] = []
        try await store.pool.withTransaction { connection in
            try await connection.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            files += try await writeLines(version, directory, connection, progress)
            files.append(try await writeLineage(version, directory, connection))
        }
        let manifest = try AtomicFile(ExportFile.manifest.rawValue, in: directory)
        try manifest.write(version.manifest(files))
        let manifestHash = try manifest.finish()
        var hashes = Dictionary(uniqueKeysWithValues: files.map { ($0.name, $0.sha256) })
        hashes[ExportFile.manifest.rawValue] = manifestHash
        return Result(
            directory: directory.path, files: hashes, train: version.statistics.train,
            validation: version.statistics.validation)
    }

    private func writeLines(
        _ version: DatasetVersion, _ directory: URL, _ connection: PostgresConnection,
        _ progress: @Sendable (Int, Int) -> Void
    ) async throws -> [ExportedFile] {
        let train = try AtomicFile(ExportFile.train.rawValue, in: directory)
        let validation =
            version.statistics.validation > 0 ? try AtomicFile(ExportFile.validation.rawValue, in: directory) : nil
        var written = 0
        try await store.forEachLine(of: version.id, on: connection) { split, _, content, _ in
            try (split == "train" ? train : validation)?.write(line: content)
            written += 1
            if written % 1000 == 0 { progress(written, version.statistics.promoted) }
        }
        progress(written, version.statistics.promoted)
        var files = [try Self.finish(train, .train)]
        if let validation {
            files.append(try Self.finish(validation, .validation))
        } else {
            // Of an earlier export into the same directory.
            try? FileManager.default.removeItem(at: directory.appendingPathComponent(ExportFile.validation.rawValue))
        }
        return files
    }

    private func writeLineage(
        _ version: DatasetVersion, _ directory: URL, _ connection: PostgresConnection
    ) async throws -> ExportedFile {
        let file = try AtomicFile(ExportFile.lineage.rawValue, in: directory)
        try await store.forEachLineage(of: version.id, on: connection) { split, line, lineage in
            try file.write(line: DatasetVersion.lineageLine(split: split, line: line, lineage: lineage))
        }
        return try Self.finish(file, .lineage)
    }

    private static func finish(_ file: AtomicFile, _ name: ExportFile) throws -> ExportedFile {
        let sha256 = try file.finish()
        return ExportedFile(name: name.rawValue, rows: file.lines, bytes: file.bytes, sha256: sha256)
    }
}
