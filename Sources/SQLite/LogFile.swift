import CSQLite
import Glibc

/// A write-ahead log beside SQLite, which knows nothing of this: room beyond its end, and when what is in it reaches the disk.
public final class LogFile: Sendable {
    private let fd: Int32

    /// - Returns: `nil` when there is no such file, or it cannot be opened.
    public init?(path: String) {
        fd = unsafe open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
        if fd < 0 { return nil }
    }
    deinit { close(fd) }

    // MARK: Room

    /// Gives the file blocks from `start` on and leaves its length as it is. SQLite writes into them when it gets there.
    /// - Returns: 0, or what is in `errno` then.
    public func allocate(from start: Int64, to end: Int64) -> Int32 {
        Self.result { csqlite_allocate(fd, off_t(start), off_t(end - start)) }
    }

    /// Gives back what lies behind `end`.
    /// - Returns: where the file ends now; `nil` when that failed.
    public func cut(after end: Int64) -> Int64? {
        var status = stat()
        guard unsafe fstat(fd, &status) == 0 else { return nil }
        let end = min(off_t(end), status.st_size)
        return ftruncate(fd, end) == 0 ? Int64(end) : nil
    }

    // MARK: Syncs

    /// Has the kernel begin to write what is in the file, and returns; a sync has less to wait for then.
    public func beginSync() { _ = csqlite_begin_sync(fd) }

    /// Returns when the file's bytes are on the disk.
    /// - Returns: 0, or what is in `errno` then.
    public func sync() -> Int32 { Self.result { fdatasync(fd) } }

    private static func result(_ call: () -> Int32) -> Int32 {
        while call() != 0 {
            if errno != EINTR { return errno }
        }
        return 0
    }
}
