public import Foundation
public import Logging
import Subprocess
import SystemPackage

/// A PostgreSQL cluster of our own, for `gleaner up` without a `DATABASE_URL`.
///
/// Reached by a unix socket only, in a directory nobody else may enter; checksums and fsync on. It runs under an
/// unprivileged user when Gleaner runs as root, because PostgreSQL refuses root. A cluster that is still running,
/// because the process that started it was killed, is taken over.
public struct PrivatePostgres: Sendable {
    private let place: ClusterPlace
    private let programs: URL
    private let logger: Logger

    /// libpq's conninfo.
    public var conninfo: String {
        "host='\(place.socketDirectory.path.replacing("'", with: "\\'"))' user=gleaner dbname=gleaner"
    }

    public var directory: String { place.cluster.path }

    /// Makes the cluster if there is none, starts it if it does not run, and returns when it accepts connections.
    public static func start(in dataDirectory: URL, logger: Logger) async throws -> PrivatePostgres {
        let programs = try PostgresPrograms.find()
        let place = try ClusterPlace(dataDirectory: dataDirectory)
        let postgres = PrivatePostgres(place: place, programs: programs, logger: logger)
        try place.prepare()
        if !place.hasCluster { try await postgres.initialize() }
        if try await postgres.isRunning() {
            logger.notice("taking over the running private postgres", metadata: ["directory": "\(place.cluster.path)"])
        } else {
            try await postgres.launch()
        }
        try await postgres.makeDatabase()
        return postgres
    }

    /// The cluster of `dataDirectory`, if one runs there now. For commands beside a running Gleaner.
    public static func running(in dataDirectory: URL, logger: Logger) async throws -> PrivatePostgres? {
        guard let programs = try? PostgresPrograms.find(), let place = try? ClusterPlace(dataDirectory: dataDirectory),
            place.hasCluster
        else { return nil }
        let postgres = PrivatePostgres(place: place, programs: programs, logger: logger)
        return try await postgres.isRunning() ? postgres : nil
    }

    /// Ends it: running statements are cut off, what is committed is on disk.
    public func stop() async {
        do {
            try await control(["stop", "-m", "fast", "-w", "-t", "60"])
        } catch {
            logger.warning("the private postgres did not stop", metadata: ["error": "\(error)"])
        }
    }

    // MARK: Steps

    private func initialize() async throws {
        logger.notice("creating a private postgres", metadata: ["directory": "\(place.cluster.path)"])
        // Under another name first: a kill in the middle must not leave half a cluster that looks whole.
        let unfinished = place.cluster.appendingPathExtension("new")
        try? FileManager.default.removeItem(at: unfinished)
        try await run(
            "initdb",
            [
                "--pgdata", unfinished.path, "--username", "gleaner", "--auth", "trust", "--encoding", "UTF8",
                "--locale",
                "C.UTF-8", "--data-checksums", "--no-instructions",
            ])
        try FileManager.default.moveItem(at: unfinished, to: place.cluster)
    }

    private func launch() async throws {
        let options = [
            "listen_addresses=", "unix_socket_directories=\(place.socketDirectory.path)",
            "unix_socket_permissions=0700", "fsync=on", "synchronous_commit=on", "wal_compression=on",
            "max_wal_size=2GB", "log_destination=stderr", "logging_collector=off",
        ].map { "-c \"\($0)\"" }.joined(separator: " ")
        try await control([
            "start", "-w", "-t", "120", "-l", place.log.path, "-o", options,
        ])
    }

    private func isRunning() async throws -> Bool {
        // pg_ctl status: 0 runs, 3 does not, 4 no usable directory.
        let result = try await execute("pg_ctl", ["status", "--pgdata", place.cluster.path])
        return result.code == 0
    }

    private func makeDatabase() async throws {
        let arguments = ["--host", place.socketDirectory.path, "--username", "gleaner", "--no-password"]
        let found = try await execute(
            "psql",
            arguments + ["--dbname", "postgres", "-XAtc", "SELECT 1 FROM pg_database WHERE datname = 'gleaner'"])
        if found.code == 0, found.output.hasPrefix("1") { return }
        try await run("createdb", arguments + ["gleaner"])
    }

    // MARK: Programs

    private func control(_ arguments: [String]) async throws {
        try await run("pg_ctl", arguments + ["--pgdata", place.cluster.path])
    }

    private func run(_ program: String, _ arguments: [String]) async throws {
        let result = try await execute(program, arguments)
        guard result.code == 0 else {
            let log = (try? String(contentsOf: place.log, encoding: .utf8))?.split(separator: "\n").suffix(5)
            throw PrivatePostgresError.failed(
                program: program, code: result.code,
                output: result.output.trimmingCharacters(in: .whitespacesAndNewlines),
                log: log?.joined(separator: "\n") ?? "", logPath: place.log.path)
        }
    }

    private func execute(_ program: String, _ arguments: [String]) async throws -> (code: Int32, output: String) {
        // To a file: pg_ctl leaves its output open in the server it starts, so a pipe would never end.
        let output = place.root.appendingPathComponent("output-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: output) }
        let descriptor = try FileDescriptor.open(
            FilePath(output.path), .readWrite, options: [.create, .exclusiveCreate], permissions: .ownerReadWrite)
        defer { try? descriptor.close() }
        let command = Self.command(programs.appendingPathComponent(program).path, arguments, as: place.user)
        let result = try await Subprocess.run(
            .path(FilePath(command[0])), arguments: Arguments(Array(command.dropFirst())),
            environment: .inherit.updating(["LC_ALL": "C", "PGPASSWORD": nil, "PGSERVICE": nil, "PGDATABASE": nil]),
            workingDirectory: FilePath(place.root.path),
            output: .fileDescriptor(descriptor, closeAfterSpawningProcess: false),
            error: .fileDescriptor(descriptor, closeAfterSpawningProcess: false))
        let text = (try? String(contentsOf: output, encoding: .utf8)) ?? ""
        switch result.terminationStatus {
        case .exited(let code): return (Int32(code), text)
        default: return (-1, text)
        }
    }

    /// Another user is taken on by `setpriv`, after exec. Between fork and exec the C library's own set-user calls wait
    /// for threads that the child does not have, and sometimes never return.
    private static func command(_ program: String, _ arguments: [String], as user: ClusterPlace.User?) -> [String] {
        guard let user else { return [program] + arguments }
        return ["/usr/bin/setpriv", "--reuid=\(user.id)", "--regid=\(user.group)", "--clear-groups", "--", program]
            + arguments
    }
}
