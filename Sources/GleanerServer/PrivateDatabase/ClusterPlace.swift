// Where a whole-module build finds the members of stat(2); which module owns them depends on what was imported first.
import CoreFoundation
import Crypto
import Foundation
import GleanerCore
import Glibc

/// Where a private cluster lives, and as whom it runs.
struct ClusterPlace: Sendable {
    struct User: Sendable, Hashable {
        let name: String
        let id: uid_t
        let group: gid_t
    }

    /// Holds everything below; mode 0700, owned by `user`.
    let root: URL
    /// `nil`: as ourselves.
    let user: User?
    let socketDirectory: URL

    var cluster: URL { root.appendingPathComponent("cluster") }
    var log: URL { root.appendingPathComponent("postgres.log") }
    var hasCluster: Bool {
        FileManager.default.fileExists(atPath: cluster.appendingPathComponent("PG_VERSION").path)
    }

    init(dataDirectory: URL) throws(PrivatePostgresError) {
        user = getuid() == 0 ? try Self.unprivilegedUser() : nil
        let name = Self.name(of: dataDirectory)
        let inside = dataDirectory.appendingPathComponent("postgres")
        // Another user must be able to walk to the cluster; a home directory of root's does not let it.
        let isReachable = user.map { Self.canWalk($0, to: dataDirectory) } ?? true
        root = isReachable ? inside : URL(fileURLWithPath: "/var/lib/gleaner").appendingPathComponent(name)
        // A socket's path has at most 107 bytes, its own name included.
        let socket = root.appendingPathComponent("run")
        socketDirectory =
            socket.path.utf8.count < 80
            ? socket : URL(fileURLWithPath: "/tmp").appendingPathComponent("gleaner-\(name)")
    }

    /// Makes the directories.
    func prepare() throws(PrivatePostgresError) {
        do {
            try FileManager.default.createDirectory(
                at: root.deletingLastPathComponent(), withIntermediateDirectories: true)
            for directory in [root, socketDirectory] {
                try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
                if let user {
                    guard chown(directory.path, user.id, user.group) == 0 else {
                        throw CocoaError(.fileWriteNoPermission)
                    }
                }
                guard chmod(directory.path, 0o700) == 0 else { throw CocoaError(.fileWriteNoPermission) }
            }
        } catch {
            throw .directory(root.path)
        }
    }

    private static func name(of directory: URL) -> String {
        let path = directory.standardizedFileURL.path
        let hash = SHA256.hash(data: Array(path.utf8)).prefix(6).hexadecimal
        return "\(directory.deletingLastPathComponent().lastPathComponent)-\(hash)"
    }

    private static func unprivilegedUser() throws(PrivatePostgresError) -> User {
        for name in ["postgres", "nobody"] {
            if let entry = getpwnam(name)?.pointee {
                return User(name: name, id: entry.pw_uid, group: entry.pw_gid)
            }
        }
        throw .noUser
    }

    private static func canWalk(_ user: User, to directory: URL) -> Bool {
        var path = directory.standardizedFileURL
        while true {
            var info = stat()
            if stat(path.path, &info) == 0 {
                let needed: mode_t = info.st_uid == user.id ? 0o100 : info.st_gid == user.group ? 0o010 : 0o001
                guard info.st_mode & needed != 0 else { return false }
            }
            if path.path == "/" { return true }
            path = path.deletingLastPathComponent().standardizedFileURL
        }
    }
}
