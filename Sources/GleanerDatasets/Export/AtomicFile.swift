import Foundation
import Glibc

/// A file that appears whole or not at all: written beside its place, synced, renamed, and the directory synced.
final class AtomicFile {
    private let path: String
    private let temporary: String
    private let fd: Int32
    private var isDone = false

    /// The temporary name is this writer's alone, so that no two write into each other's.
    init(_ name: String, in directory: URL) throws(DatasetError) {
        path = directory.appendingPathComponent(name).path
        temporary = "\(path).\(UUID().uuidString.lowercased()).tmp"
        fd = Glibc.open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard fd >= 0 else { throw .fileUnwritable(path: temporary, errno: errno) }
    }

    deinit {
        close(fd)
        if !isDone { unlink(temporary) }
    }

    func write(_ bytes: [UInt8]) throws(DatasetError) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(fd, $0.baseAddress! + written, $0.count - written) }
            guard count > 0 else {
                if count < 0, errno == EINTR { continue }
                throw .fileUnwritable(path: temporary, errno: errno)
            }
            written += count
        }
    }

    /// Puts the file in its place.
    func finish() throws(DatasetError) {
        guard fsync(fd) == 0, rename(temporary, path) == 0 else { throw .fileUnwritable(path: path, errno: errno) }
        isDone = true
        try Self.syncDirectory(of: path)
    }

    /// A whole small file.
    static func write(_ bytes: [UInt8], as name: String, in directory: URL) throws(DatasetError) {
        let file = try AtomicFile(name, in: directory)
        try file.write(bytes)
        try file.finish()
    }

    /// Removes a file if it is there, durably.
    static func remove(_ name: String, in directory: URL) throws(DatasetError) {
        let path = directory.appendingPathComponent(name).path
        guard unlink(path) == 0 else {
            if errno == ENOENT { return }
            throw .fileUnwritable(path: path, errno: errno)
        }
        try syncDirectory(of: path)
    }

    /// Removes what writers left that were killed. Only for who holds the directory's lock.
    static func removeLeftovers(of names: [String], in directory: URL) throws(DatasetError) {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
        for file in files where file.hasSuffix(".tmp") && names.contains(where: { file.hasPrefix("\($0).") }) {
            // A name, a UUID of 36 letters, and the ending: nobody else's file.
            let id = file.dropLast(4).suffix(36)
            if UUID(uuidString: String(id)) != nil { try remove(file, in: directory) }
        }
    }

    private static func syncDirectory(of path: String) throws(DatasetError) {
        let directory = Glibc.open(URL(fileURLWithPath: path).deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY)
        guard directory >= 0 else { throw .fileUnwritable(path: path, errno: errno) }
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw .fileUnwritable(path: path, errno: errno) }
    }
}
