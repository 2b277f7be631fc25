import Foundation
public import GleanerCore

/// Finds the installed PostgreSQL server's programs.
enum PostgresPrograms {
    /// The newest installed version of at least 15.
    static func find() throws(PrivatePostgresError) -> URL {
        let debian = URL(fileURLWithPath: "/usr/lib/postgresql")
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: debian.path)) ?? []
        let newest = versions.compactMap(Int.init).filter { $0 >= 15 }.max()
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let candidates =
            (newest.map { [debian.appendingPathComponent("\($0)/bin")] } ?? [])
            + path.split(separator: ":").map { URL(fileURLWithPath: String($0)) }
            + ["/usr/local/pgsql/bin", "/usr/pgsql/bin"].map { URL(fileURLWithPath: $0) }
        for directory in candidates
        where ["initdb", "pg_ctl", "psql", "createdb"].allSatisfy({
            FileManager.default.isExecutableFile(atPath: directory.appendingPathComponent($0).path)
        }) {
            return directory
        }
        throw .notInstalled
    }
}

public enum PrivatePostgresError: Explained, Hashable {
    case notInstalled
    case noUser
    case directory(String)
    case failed(program: String, code: Int32, output: String, log: String, logPath: String)

    public var explanation: Explanation {
        switch self {
        case .notInstalled:
            Explanation(
                status: 500, code: "postgres_not_installed",
                what: "No PostgreSQL server of version 15 or newer was found.",
                why: "Without DATABASE_URL Gleaner runs one of its own.",
                fix: "Run `apt-get install postgresql`, or set DATABASE_URL to a server you have.")
        case .noUser:
            Explanation(
                status: 500, code: "postgres_no_user", what: "The private PostgreSQL cannot be started by root.",
                why: "PostgreSQL refuses root, and there is no user `postgres` or `nobody` to run it as.",
                fix: "Start Gleaner as an ordinary user, or install the postgresql package.")
        case .directory(let path):
            Explanation(
                status: 500, code: "postgres_directory", what: "The directory \(path) cannot be made.",
                why: "It is not writable for this user.", fix: "Choose another GLEANER_DATA_DIR.")
        case .failed(let program, let code, let output, let log, let logPath):
            Explanation(
                status: 500, code: "postgres_failed", what: "\(program) failed with status \(code).",
                why: [output, log].filter { !$0.isEmpty }.joined(separator: "\n"),
                fix: "Read \(logPath); or set DATABASE_URL to a server you run yourself.")
        }
    }
}
