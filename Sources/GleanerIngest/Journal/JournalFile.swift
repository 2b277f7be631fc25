import Glibc
import SQLite

/// A file by its path, and which one was there first.
struct JournalFile {
    private let path: String
    private var known: (device: dev_t, inode: ino_t)?

    init(path: String) { self.path = path }

    /// One call to the kernel, about 1 µs.
    mutating func check() throws(SQLiteError) {
        var status = stat()
        guard stat(path, &status) == 0 else { throw .moved }
        let found = (device: status.st_dev, inode: status.st_ino)
        if let known, known != found { throw .moved }
        known = found
    }
}
