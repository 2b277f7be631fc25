import CSQLite
import Glibc

/// Room in a write-ahead log beyond its end. SQLite knows nothing of it, and writes into it when it gets there.
public enum LogRoom {
    /// Gives the file blocks from `start` on and leaves its length as it is.
    /// - Returns: 0, or what is in `errno` then.
    public static func allocate(_ fd: Int32, from start: Int64, to end: Int64) -> Int32 {
        while csqlite_allocate(fd, off_t(start), off_t(end - start)) != 0 {
            if errno != EINTR { return errno }
        }
        return 0
    }
}
