public import Foundation

/// A file of this instance that only its owner may read.
public enum PrivateFile {
    /// Whole or not at all: a crash in between leaves the file as it was.
    public static func write(_ data: Data, to path: String) throws {
        let new = path + ".new"
        guard FileManager.default.createFile(atPath: new, contents: data, attributes: [.posixPermissions: 0o600]),
            rename(new, path) == 0
        else { throw CocoaError(.fileWriteUnknown) }
    }
}
