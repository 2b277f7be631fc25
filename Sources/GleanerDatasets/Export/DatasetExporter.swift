public import AsyncPostgres
import Crypto
public import Foundation

/// Writes a frozen version as files: `train.jsonl`, `validation.jsonl` when there is one, `lineage.jsonl` and
/// `manifest.json`. The manifest of an earlier export goes first and the new one comes last: a directory with a
/// manifest is complete.
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
            throw DatasetError.fileUnwritable(path: directory.path, errno: EEXIST)
        }
        let names = Self.files(of: version)
        for stale in [ExportFile.manifest, .validation] where !names.contains(stale) {
            try AtomicFile.remove(stale.rawValue, in: directory)
        }
        let open = try names.map { (name: $0, file: try AtomicFile($0.rawValue, in: directory)) }
        let files = try await describe(version, progress) { name, line in
            try open.first { $0.name == name }?.file.write(line: line)
        }
        for (_, file) in open { try file.finish() }
        let document = try version.manifest(files)
        let manifest = try AtomicFile(ExportFile.manifest.rawValue, in: directory)
        try manifest.write(line: document)
        try manifest.finish()
        var hashes = Dictionary(uniqueKeysWithValues: files.map { ($0.name, $0.sha256) })
        hashes[ExportFile.manifest.rawValue] = SHA256.hash(data: document + [0x0A]).hexadecimal
        return Result(
            directory: directory.path, files: hashes, train: version.statistics.train,
            validation: version.statistics.validation)
    }

    /// The manifest that an export would write, without writing anything.
    func manifest(of version: DatasetVersion) async throws -> [UInt8] {
        try await version.manifest(describe(version, { _, _ in }) { _, _ in }) + [0x0A]
    }

    /// Reads all lines of all files once, from one snapshot.
    private func describe(
        _ version: DatasetVersion, _ progress: @Sendable (Int, Int) -> Void,
        _ body: (ExportFile, [UInt8]) throws -> Void
    ) async throws -> [ExportedFile] {
        var digests: [ExportFile: LineDigest] = [:]
        try await store.pool.withConnection { connection in
            try await connection.transaction {
                try await connection.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                var written = 0
                try await store.forEachLine(of: version.id, on: connection) { split, _, content, tokens in
                    let name = split == "train" ? ExportFile.train : .validation
                    digests[name, default: LineDigest()].add(content, estimatedTokens: tokens)
                    try body(name, content)
                    written += 1
                    if written % 1000 == 0 { progress(written, version.statistics.promoted) }
                }
                progress(written, version.statistics.promoted)
                try await store.forEachLineage(of: version.id, on: connection) { split, line, lineage in
                    let content = try DatasetVersion.lineageLine(split: split, line: line, lineage: lineage)
                    digests[.lineage, default: LineDigest()].add(content)
                    try body(.lineage, content)
                }
            }
        }
        return Self.files(of: version).map { (digests[$0] ?? LineDigest()).file($0) }
    }

    /// All but the manifest.
    private static func files(of version: DatasetVersion) -> [ExportFile] {
        version.statistics.validation > 0 ? [.train, .validation, .lineage] : [.train, .lineage]
    }
}
