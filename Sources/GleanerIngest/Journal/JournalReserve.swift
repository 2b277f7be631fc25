import Foundation
import Glibc

/// Room on the journal's volume that is kept taken, so that it can be let go of when the volume is full: what is open
/// can then still end.
struct JournalReserve {
    static let fileName = "journal.reserve"

    private let path: String
    private let wanted: Int64
    private(set) var isHeld = false

    /// - Parameter bytes: at most; an eighth of what is free when that is less.
    init(directory: URL, bytes: Int64) {
        path = directory.appendingPathComponent(Self.fileName).path
        var volume = statvfs()
        let free = statvfs(directory.path, &volume) == 0 ? Int64(volume.f_bavail) * Int64(volume.f_frsize) : bytes
        wanted = max(min(bytes, free / 8), 64 << 10)
    }

    /// Takes the room, or takes it again.
    /// - Returns: whether it is held; `false` while the volume has no more than that left.
    mutating func take() -> Bool {
        if isHeld { return true }
        let fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard fd >= 0 else { return false }
        defer { close(fd) }
        isHeld = posix_fallocate(fd, 0, off_t(wanted)) == 0
        if !isHeld { unlink(path) }
        return isHeld
    }

    mutating func release() {
        unlink(path)
        isHeld = false
    }
}
