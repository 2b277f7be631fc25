import Crypto
import Foundation
import Glibc

/// A file that appears whole or not at all: written beside its place, synced, renamed, and the directory synced.
final class AtomicFile {
    private let path: String
    private let temporary: String
    private let fd: Int32
    private var hash = SHA256()
    private var buffer: [UInt8] = []
    private(set) var bytes: Int64 = 0
    private(set) var lines = 0
    private var isDone = false

    init(_ name: String, in directory: URL) throws(DatasetError) {
        path = directory.appendingPathComponent(name).path
        temporary = "\(path).\(getpid()).tmp"
        fd = Glibc.open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard fd >= 0 else { throw .fileUnwritable(path: temporary, errno: errno) }
    }

    deinit {
        close(fd)
        if !isDone { unlink(temporary) }
    }

    func write(line: [UInt8]) throws(DatasetError) {
        try write(line + [0x0A])
        lines += 1
    }

    func write(_ data: [UInt8]) throws(DatasetError) {
        hash.update(data: data)
        bytes += Int64(data.count)
        buffer += data
        if buffer.count >= 1 << 18 { try flush() }
    }

    /// Puts the file in its place.
    /// - Returns: SHA-256 of what was written.
    func finish() throws(DatasetError) -> String {
        try flush()
        guard fsync(fd) == 0, rename(temporary, path) == 0 else { throw .fileUnwritable(path: path, errno: errno) }
        isDone = true
        let directory = Glibc.open(URL(fileURLWithPath: path).deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY)
        guard directory >= 0 else { throw .fileUnwritable(path: path, errno: errno) }
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw .fileUnwritable(path: path, errno: errno) }
        return hash.finalize().hexadecimal
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
