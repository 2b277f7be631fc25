import AsyncPostgres
import Foundation
import GleanerSchema
import GleanerTestSupport
import Logging
import Testing

@testable import SQLMigrations

@Suite("Migrations", .database)
struct MigratorTests {
    private var pool: PostgresPool { TestDatabase.current.pool }
    private var shipped: [Migration] { GleanerSchema.migrations.map { Migration(name: $0.name, sql: $0.sql) } }

    private func migration(_ name: String, _ sql: String) -> Migration { Migration(name: name, sql: Array(sql.utf8)) }
    private func migrator(_ migrations: [Migration], patience: Duration = .seconds(60)) -> Migrator {
        Migrator(migrations, pool: pool, logger: Logger(label: "test"), patience: patience)
    }
    /// What the test adds to the shipped migrations, which the test's database has already.
    private func more(_ migrations: Migration...) -> [Migration] { shipped + migrations }

    private func tableExists(_ name: String) async throws -> Bool {
        try await pool.query("SELECT to_regclass(\(name)) IS NOT NULL")[0].decode(0)
    }

    /// Returns once somebody holds such a lock in this test's database; `pg_locks` shows those of all databases.
    private func waitForLock(_ condition: String) async throws {
        let deadline = ContinuousClock.now + .seconds(10)
        while try await pool.query(
            """
            SELECT 1 FROM pg_locks WHERE \(raw: condition) AND granted
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """
        ).isEmpty {
            try #require(ContinuousClock.now < deadline)
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    @Test("new files are applied in order of their names, once")
    func once() async throws {
        let migrations = more(
            migration("9002_fill", "INSERT INTO things VALUES ('from 9002')"),
            migration("9001_things", "CREATE TABLE things (word text); INSERT INTO things VALUES ('a;b')"))
        #expect(try await migrator(migrations).apply() == ["9001_things", "9002_fill"])
        #expect(try await migrator(migrations).apply() == [])
        #expect(try await pool.query("SELECT * FROM things").count == 2)
    }

    @Test("the shipped schema goes onto an empty database, and its status is told before and after")
    func emptyDatabase() async throws {
        let name = TestDatabase.current.name + "_empty"
        try await pool.query("CREATE DATABASE \(identifier: name) TEMPLATE template0")
        var configuration = TestDatabase.current.configuration
        configuration.conninfo += " dbname=\(name)"
        try await PostgresPool.withPool(configuration, logger: Logger(label: "test")) { pool in
            let migrator = Migrator(shipped, pool: pool, logger: Logger(label: "test"))
            let before = try await migrator.status()
            #expect(before == shipped.map { MigrationStatus(name: $0.name, state: .pending) })
            let applied = try await migrator.apply()
            #expect(applied == shipped.map(\.name))
            for status in try await migrator.status() {
                guard case .applied = status.state else {
                    Issue.record("\(status)")
                    continue
                }
            }
        }
        try await pool.query("DROP DATABASE \(identifier: name) WITH (FORCE)")
    }

    @Test("of several instances that start together each succeeds, and each file is applied once")
    func together() async throws {
        let migrations = more(migration("9001_slow", "CREATE TABLE slow (x int); SELECT pg_sleep(0.2)"))
        let migrator = migrator(migrations)
        let applied = try await withThrowingTaskGroup { group in
            for _ in 0..<3 { group.addTask { try await migrator.apply() } }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(applied == ["9001_slow"])
    }

    @Test("who cannot wait for another instance any longer is told")
    func locked() async throws {
        let migrator = migrator(more(migration("9001_slow", "SELECT pg_sleep(20)")))
        let slow = Task { try await migrator.apply() }
        try await waitForLock("locktype = 'advisory'")
        await #expect(throws: MigrationError.locked(for: .milliseconds(150))) {
            try await self.migrator(shipped, patience: .milliseconds(150)).apply()
        }
        slow.cancel()
        await #expect(throws: (any Error).self) { try await slow.value }
        // The lock went with the cancelled instance's connection.
        #expect(try await self.migrator(shipped).apply() == [])
    }

    @Test("a file that changed after it was applied is refused, with both checksums")
    func changed() async throws {
        let old = migration("9001_things", "CREATE TABLE things ()")
        let new = migration("9001_things", "CREATE TABLE things (x int)")
        _ = try await migrator(more(old)).apply()
        let expected = MigrationError.changed(name: "9001_things", applied: old.checksum, shipped: new.checksum)
        await #expect(throws: expected) {
            try await migrator(more(new, migration("9002_more", "CREATE TABLE more ()"))).apply()
        }
        #expect(try await !tableExists("more"))
        let status = try await migrator(more(new)).status()
        guard case .changed = status.last?.state else {
            Issue.record("\(status)")
            return
        }
    }

    @Test("a database that is newer than the binary is refused")
    func newer() async throws {
        _ = try await migrator(more(migration("9001_future", "CREATE TABLE future ()"))).apply()
        await #expect(throws: MigrationError.unknown(names: ["9001_future"])) { try await migrator(shipped).apply() }
        let status = try await migrator(shipped).status()
        guard case .unknown = status.last?.state else {
            Issue.record("\(status)")
            return
        }
    }

    @Test("a file that sorts before one that is applied is refused")
    func outOfOrder() async throws {
        _ = try await migrator(more(migration("9002_second", "CREATE TABLE second ()"))).apply()
        await #expect(throws: MigrationError.outOfOrder(name: "9001_first", after: "9002_second")) {
            try await migrator(
                more(migration("9001_first", "SELECT 1"), migration("9002_second", "CREATE TABLE second ()"))
            ).apply()
        }
    }

    @Test("a file that fails leaves nothing of itself, and those before it stay")
    func failing() async throws {
        let good = migration("9001_good", "CREATE TABLE good ()")
        let bad = migration("9002_bad", "CREATE TABLE bad (); SELECT 1/0")
        let error = await #expect(throws: MigrationError.self) { try await migrator(more(good, bad)).apply() }
        guard case .failed("9002_bad", let cause) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(cause.sqlState == "22012")
        #expect(try await tableExists("good"))
        #expect(try await !tableExists("bad"))
        let mended = migration("9002_bad", "CREATE TABLE bad ()")
        #expect(try await migrator(more(good, mended)).apply() == ["9002_bad"])
    }

    @Test("a file waits for a table that is in use, in short tries")
    func tableLock() async throws {
        let pool = pool
        _ = try await migrator(more(migration("9001_busy", "CREATE TABLE busy ()"))).apply()
        let holder = Task {
            try await pool.withTransaction { connection in
                try await connection.query("LOCK TABLE busy IN ACCESS EXCLUSIVE MODE")
                try await connection.query("SELECT pg_sleep(1.5)")
            }
        }
        try await waitForLock("mode = 'AccessExclusiveLock' AND relation = 'busy'::regclass")
        let applied = try await migrator(
            more(
                migration("9001_busy", "CREATE TABLE busy ()"),
                migration("9002_wider", "ALTER TABLE busy ADD COLUMN x int"))
        ).apply()
        #expect(applied == ["9002_wider"])
        try await holder.value
    }

    @Test("the checksum is SHA-256, and errors say what, why and how to fix it")
    func words() {
        #expect(
            migration("x", "abc").checksum == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(
            MigrationError.unknown(names: ["0009_later"]).description == """
                The database has migrations this program does not know: 0009_later. The schema is newer than the \
                program, which might misread or damage it.
                  fix: Start the version that made this schema, or a newer one.
                """)
    }
}
