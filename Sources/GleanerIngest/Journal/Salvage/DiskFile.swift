import Glibc
import SQLite

/// A file by its descriptor, for what has to be done to the journal's files without SQLite.
final class DiskFile {
    let path: String
    private let fd: Int32

    /// - Parameter creating: also makes it, for writing, and empties what was there.
    init(_ path: String, creating: Bool = false) throws(SQLiteError) {
        self.path = path
        let flags = creating ? O_RDWR | O_CREAT | O_TRUNC : O_RDONLY
        fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard fd >= 0 else { throw .system("open", path) }
    }
    deinit { close(fd) }

    /// `nil` when there is no such file.
    static func ifPresent(_ path: String) throws(SQLiteError) -> DiskFile? {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        return try DiskFile(path)
    }

    var size: Int {
        var status = stat()
        return fstat(fd, &status) == 0 ? Int(status.st_size) : 0
    }

    /// Up to `count` bytes; fewer at the file's end.
    func read(at offset: Int, count: Int) throws(SQLiteError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let got = bytes.withUnsafeMutableBytes { buffer in
                pread(fd, buffer.baseAddress! + done, count - done, off_t(offset + done))
            }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw .system("read", path) }
            if got == 0 { break }
            done += got
        }
        if done < count { bytes.removeLast(count - done) }
        return bytes
    }

    func write(_ bytes: [UInt8], at offset: Int) throws(SQLiteError) {
        var done = 0
        while done < bytes.count {
            let put = bytes.withUnsafeBytes { buffer in
                pwrite(fd, buffer.baseAddress! + done, bytes.count - done, off_t(offset + done))
            }
            if put < 0, errno == EINTR { continue }
            guard put > 0 else { throw .system("write", path) }
            done += put
        }
    }

    /// Everything in `other`, a mebibyte at a time.
    func copy(_ other: DiskFile) throws(SQLiteError) {
        for offset in stride(from: 0, to: other.size, by: 1 << 20) {
            try write(other.read(at: offset, count: 1 << 20), at: offset)
        }
    }

    func resize(to size: Int) throws(SQLiteError) {
        guard ftruncate(fd, off_t(size)) == 0 else { throw .system("resize", path) }
    }

    func sync() throws(SQLiteError) {
        guard fsync(fd) == 0 else { throw .system("sync", path) }
    }

    // MARK: Names

    static func rename(_ path: String, to new: String) throws(SQLiteError) {
        guard Glibc.rename(path, new) == 0 else { throw .system("rename", path) }
    }

    /// Removes a name; that there was none is no error.
    static func remove(_ path: String) throws(SQLiteError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw .system("remove", path) }
    }

    static func syncDirectory(_ path: String) throws(SQLiteError) {
        let fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard fd >= 0 else { throw .system("open", path) }
        defer { close(fd) }
        guard fsync(fd) == 0 else { throw .system("sync", path) }
    }
}

extension SQLiteError {
    /// A call to the kernel that failed, as SQLite would say it.
    static func system(_ call: String, _ path: String) -> SQLiteError {
        let number = errno
        return SQLiteError(
            code: number == ENOSPC ? full : ioError,
            message: "cannot \(call) \(path): \(String(cString: strerror(number)))", systemError: number)
    }
}
