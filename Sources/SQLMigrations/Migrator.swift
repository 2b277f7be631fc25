public import AsyncPostgres
import FoundationEssentials
public import Logging

/// Brings a database to the schema of this binary: each migration once, in order, each in a transaction of its own
/// together with its row in `gleaner.schema_migrations`.
public struct Migrator: Sendable {
    /// "gleaner" in ASCII: every instance takes the same advisory lock.
    private static let lockKey: Int64 = 0x67_6C_65_61_6E_65_72
    /// How long one file may take: an index on a large table is slow, and nothing else runs yet.
    private static let fileTimeout: Duration = .seconds(3_600)
    /// A change that waits for a table blocks everyone who comes after it, so it gives up early and tries again.
    private static let tableLockAttempts = 10

    private let migrations: [Migration]
    private let pool: PostgresPool
    private let logger: Logger
    private let patience: Duration

    /// - Parameter patience: how long to wait for another instance that is migrating.
    public init(_ migrations: [Migration], pool: PostgresPool, logger: Logger, patience: Duration = .seconds(60)) {
        self.migrations = migrations.sorted { $0.name < $1.name }
        self.pool = pool
        self.logger = logger
        self.patience = patience
    }

    /// - Returns: the names of those applied now.
    /// - Throws: `MigrationError` when the database and this binary do not fit together or a file fails;
    ///   `PostgresError` when the database is away.
    @discardableResult
    public func apply() async throws -> [String] {
        try await pool.withConnection { connection in
            try await lock(connection)
            do {
                let names = try await applyPending(on: connection)
                try await connection.query("SELECT pg_advisory_unlock(\(Self.lockKey))")
                return names
            } catch {
                // When this fails too the connection is gone, and the lock with it.
                _ = try? await connection.query("SELECT pg_advisory_unlock(\(Self.lockKey))")
                throw error
            }
        }
    }

    /// Every migration the binary or the database knows, in order of name. Changes nothing.
    public func status() async throws -> [MigrationStatus] {
        try await pool.withConnection { try await status(on: $0) }
    }

    private func applyPending(on connection: PostgresConnection) async throws -> [String] {
        try await makeTable(on: connection)
        let pending = try Self.pending(migrations, given: try await applied(on: connection))
        for migration in pending {
            let start = ContinuousClock.now
            try await apply(migration, on: connection)
            logger.info(
                "Migration applied",
                metadata: ["migration.name": "\(migration.name)", "duration": "\(ContinuousClock.now - start)"])
        }
        return pending.map(\.name)
    }

    // MARK: Comparing

    struct Applied: Sendable, Hashable {
        let name: String
        let digest: [UInt8]
        let at: Date
    }

    /// What is still to be applied, if the database and the binary fit together.
    static func pending(_ migrations: [Migration], given applied: [Applied]) throws(MigrationError) -> [Migration] {
        let shipped = Dictionary(uniqueKeysWithValues: migrations.map { ($0.name, $0) })
        let unknown = applied.filter { shipped[$0.name] == nil }
        if !unknown.isEmpty { throw .unknown(names: unknown.map(\.name).sorted()) }
        for row in applied {
            if let migration = shipped[row.name], migration.digest != row.digest {
                throw .changed(name: row.name, applied: row.digest.hexadecimal, shipped: migration.checksum)
            }
        }
        let done = Set(applied.map(\.name))
        let pending = migrations.filter { !done.contains($0.name) }
        if let first = pending.first, let later = done.filter({ $0 > first.name }).min() {
            throw .outOfOrder(name: first.name, after: later)
        }
        return pending
    }

    private func status(on connection: PostgresConnection) async throws -> [MigrationStatus] {
        let rows = try await tableExists(on: connection) ? try await applied(on: connection) : []
        let applied = Dictionary(uniqueKeysWithValues: rows.map { ($0.name, $0) })
        let shipped = Dictionary(uniqueKeysWithValues: migrations.map { ($0.name, $0) })
        return Set(applied.keys).union(shipped.keys).sorted().map { name in
            let state: MigrationStatus.State =
                switch (shipped[name], applied[name]) {
                case (let migration?, let row?):
                    migration.digest == row.digest ? .applied(at: row.at) : .changed(appliedAt: row.at)
                case (nil, let row?): .unknown(appliedAt: row.at)
                case (_, nil): .pending
                }
            return MigrationStatus(name: name, state: state)
        }
    }

    // MARK: The database's side

    /// Polls, so that the wait has our deadline and a stopped holder cannot hang us.
    private func lock(_ connection: PostgresConnection) async throws {
        let deadline = ContinuousClock.now + patience
        while try await !connection.query("SELECT pg_try_advisory_lock(\(Self.lockKey))")[0].decode(0, as: Bool.self) {
            guard ContinuousClock.now < deadline else { throw MigrationError.locked(for: patience) }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    private func tableExists(on connection: PostgresConnection) async throws -> Bool {
        try await connection.query("SELECT to_regclass('gleaner.schema_migrations') IS NOT NULL")[0].decode(0)
    }

    private func makeTable(on connection: PostgresConnection) async throws {
        if try await tableExists(on: connection) { return }
        try await connection.execute(
            script: """
                CREATE SCHEMA IF NOT EXISTS gleaner;
                CREATE TABLE gleaner.schema_migrations (
                    name        text             NOT NULL,
                    sha256      bytea            NOT NULL,
                    applied_at  timestamptz      NOT NULL,
                    duration_ms double precision NOT NULL,
                    CONSTRAINT schema_migrations_pkey         PRIMARY KEY (name),
                    CONSTRAINT schema_migrations_sha256_check CHECK (octet_length(sha256) = 32)
                );
                COMMENT ON TABLE gleaner.schema_migrations IS 'The files of sql/ this schema was made with, and when.';
                """)
    }

    private func applied(on connection: PostgresConnection) async throws -> [Applied] {
        try await connection.query("SELECT name, sha256, applied_at FROM gleaner.schema_migrations ORDER BY name").map {
            Applied(name: try $0.decode("name"), digest: try $0.decode("sha256"), at: try $0.decode("applied_at"))
        }
    }

    private func apply(_ migration: Migration, on connection: PostgresConnection) async throws {
        guard let script = String(validating: migration.sql, as: UTF8.self) else {
            throw MigrationError.notUTF8(name: migration.name)
        }
        for attempt in 1... {
            do {
                return try await run(script, of: migration, on: connection)
            } catch let error as PostgresError {
                // 55P03: somebody else uses a table this file changes.
                if error.sqlState == "55P03", attempt < Self.tableLockAttempts {
                    try await Task.sleep(for: .milliseconds(.random(in: 200...600)))
                } else {
                    throw MigrationError.failed(name: migration.name, error)
                }
            }
        }
    }

    private func run(_ script: String, of migration: Migration, on connection: PostgresConnection) async throws {
        try await connection.transaction {
            let start = ContinuousClock.now
            try await connection.query("SET LOCAL lock_timeout = '1s'")
            try await connection.execute(script: script, timeout: Self.fileTimeout)
            let (seconds, attoseconds) = (ContinuousClock.now - start).components
            try await connection.query(
                """
                INSERT INTO gleaner.schema_migrations (name, sha256, applied_at, duration_ms)
                VALUES (\(migration.name), \(migration.digest), clock_timestamp(),
                        \(Double(seconds) * 1e3 + Double(attoseconds) / 1e15))
                """)
        }
    }
}
