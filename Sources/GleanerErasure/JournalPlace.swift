public import Foundation
import GleanerCore

/// Which journal this is: the same one after a restart, another one for another data directory.
public struct JournalPlace: Sendable {
    public enum Marker {}

    let id: UUID
    let host: String
    let directory: String
    /// Where exports of this instance may lie.
    let dataDirectory: URL

    /// Reads the id from `journal-id` in `dataDirectory`, or writes a new one there.
    public init(dataDirectory: URL) throws {
        self.dataDirectory = dataDirectory
        directory = dataDirectory.standardizedFileURL.path
        host = ProcessInfo.processInfo.hostName
        let file = dataDirectory.appendingPathComponent("journal-id")
        if let text = try? String(contentsOf: file, encoding: .utf8),
            let known = ID<Marker>(text.trimmingCharacters(in: .whitespacesAndNewlines))
        {
            id = known.uuid
            return
        }
        let new = ID<Marker>.new()
        try FileManager.default.createDirectory(at: dataDirectory, withIntermediateDirectories: true)
        try Data("\(new)\n".utf8).write(to: file, options: .atomic)
        id = new.uuid
    }
}
