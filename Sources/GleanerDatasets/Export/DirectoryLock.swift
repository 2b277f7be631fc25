import Foundation
import Glibc

/// One export at a time into a directory, also from other processes; a kill lets go of it.
final class DirectoryLock {
    private let fd: Int32

    /// - Parameter patience: how long to wait for another export.
    /// - Throws: `ExportError.underWay` after that; `DatasetError.fileUnwritable`.
    static func take(_ directory: URL, patience: Duration) async throws -> DirectoryLock {
        let fd = Glibc.open(directory.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard fd >= 0 else { throw DatasetError.fileUnwritable(path: directory.path, errno: errno) }
        let lock = DirectoryLock(fd)
        let deadline = ContinuousClock.now + patience
        while flock(fd, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else {
                throw DatasetError.fileUnwritable(path: directory.path, errno: errno)
            }
            guard ContinuousClock.now < deadline else { throw ExportError.underWay(path: directory.path) }
            try await Task.sleep(for: .milliseconds(50))
        }
        return lock
    }

    private init(_ fd: Int32) { self.fd = fd }

    deinit { close(fd) }
}
