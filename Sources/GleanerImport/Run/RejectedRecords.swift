import Foundation
import GleanerCore
import SystemPackage

/// The file of records that were not taken, one JSON object a line: where they stood, why, and what they were.
///
/// Made with the first of them; a run that goes on from a checkpoint cuts it back to what it held there.
final class RejectedRecords {
    private struct Line: Encodable {
        let record: Int64
        let line: Int
        let code: String
        let reason: String
        let text: String
    }

    let path: String
    private var file: FileDescriptor?
    private(set) var bytes: Int64

    /// - Parameter keeping: bytes of an earlier run that stay; 0 removes the file.
    init(path: String, keeping bytes: Int64) throws(ImportError) {
        self.path = path
        self.bytes = bytes
        do {
            if bytes > 0, FileManager.default.fileExists(atPath: path) {
                let file = try FileDescriptor.open(path, .writeOnly)
                try file.resize(to: bytes)
                try file.seek(offset: 0, from: .end)
                self.file = file
            } else {
                self.bytes = 0
                if FileManager.default.fileExists(atPath: path) { try FileManager.default.removeItem(atPath: path) }
            }
        } catch {
            throw .rejectsUnwritable(path)
        }
    }

    deinit { try? file?.close() }

    func add(_ raw: RawRecord, number: Int64, _ error: LogError) throws(ImportError) {
        let explanation = error.explanation
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            let line = try encoder.encode(
                Line(
                    record: number, line: raw.line, code: explanation.code,
                    reason: "\(explanation.what) \(explanation.why)", text: String(decoding: raw.bytes, as: UTF8.self)))
            if file == nil {
                // What people wrote to a bot is nobody else's to read.
                file = try FileDescriptor.open(
                    path, .writeOnly, options: [.create, .truncate], permissions: .ownerReadWrite)
            }
            bytes += Int64(try file?.writeAll(line + [0x0A]) ?? 0)
        } catch {
            throw .rejectsUnwritable(path)
        }
    }
}
