import Foundation
import Glibc

/// A file that appears whole or not at all: written beside its place, synced, renamed, and the directory synced.
final class AtomicFile {
    private let path: String
    private let temporary: String
    private let fd: Int32
    private var buffer: [UInt8] = []
    private var isDone = false

    /// The temporary name is this writer's alone, so that two exports into one directory do not write into each other.
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

    func write(line: [UInt8]) throws(DatasetError) {
        buffer += line
        buffer.append(0x0A)
        if buffer.count >= 1 << 18 { try flush() }
    }

    /// Puts the file in its place.
    func finish() throws(DatasetError) {
        try flush()
        guard fsync(fd) == 0, rename(temporary, path) == 0 else { throw .fileUnwritable(path: path, errno: errno) }
        isDone = true
        try Self.syncDirectory(of: path)
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

    private static func syncDirectory(of path: String) throws(DatasetError) {
        let directory = Glibc.open(URL(fileURLWithPath: path).deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY)
        guard directory >= 0 else { throw .fileUnwritable(path: path, errno: errno) }
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw .fileUnwritable(path: path, errno: errno) }
    }

    private func flush() throws(DatasetError) {
        var rest = buffer[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(fd, $0.baseAddress, $0.count) }
            guard count > 0 else {
                if count < 0, errno == EINTR { continue }
                throw .fileUnwritable(path: temporary, errno: errno)
            }
            rest = rest.dropFirst(count)
        }
        buffer.removeAll(keepingCapacity: true)
    }
}
