import Foundation
import GleanerCore

/// What an export that was cut short had finished, kept beside the files until the manifest takes its place.
///
/// A file counts only while it has the hash that it was finished with, so whatever happened in between is noticed.
struct ResumeRecord: Sendable, Hashable, Codable {
    static let name = ".export.json"

    /// Whatever decides over the bytes: another of any of these begins anew.
    struct Key: Sendable, Hashable, Codable {
        let version: UUID
        let contentSHA256: String
        let erasedExamples: Int
        let format: ExportFormat
        let schema: ExportSchema
        let splits: [String]
    }

    let key: Key
    var finished: [SplitTally] = []

    init(_ run: ExportRun) {
        key = Key(
            version: run.version.id, contentSHA256: run.version.contentSHA256,
            erasedExamples: run.standing.erasedExamples, format: run.rewriter.format, schema: run.schema,
            splits: run.splits)
    }

    /// The record that an earlier export of the same left, cut to the files that are still what it says.
    static func left(by run: ExportRun, in directory: URL) -> ResumeRecord {
        var record = ResumeRecord(run)
        let place = directory.appendingPathComponent(name)
        guard let bytes = try? Data(contentsOf: place),
            let found = try? JSONDecoder().decode(ResumeRecord.self, from: bytes), found.key == record.key
        else { return record }
        record.finished = found.finished.filter { tally in
            tally.rows == 0
                || (try? LineReader.sha256(of: directory.appendingPathComponent(tally.file.rawValue))) == tally.sha256
        }
        return record
    }

    func save(in directory: URL) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        try AtomicFile.write(Array(try encoder.encode(self)), as: Self.name, in: directory)
    }
}
