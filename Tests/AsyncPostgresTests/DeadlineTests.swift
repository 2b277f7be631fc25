import Foundation
import GleanerTestSupport
import Logging
import Testing

@testable import AsyncPostgres

@Suite("Deadlines and cancellation", .database)
struct DeadlineTests {
    private var pool: PostgresPool { TestDatabase.current.pool }

    private func backend(_ connection: PostgresConnection) async throws -> Int {
        try await connection.query("SELECT pg_backend_pid()")[0].decode(0)
    }

    /// Whether a statement that contains `text` is running in this test's database.
    private func isRunning(_ text: String) async throws -> Bool {
        try await !pool.query(
            """
            SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND state = 'active'
                AND pid <> pg_backend_pid() AND query LIKE \("%" + text + "%")
            """
        ).isEmpty
    }

    @Test("a statement past its deadline is given up, its connection thrown away, and the pool goes on")
    func statementTimeout() async throws {
        let limit = Duration.milliseconds(200)
        try await pool.withConnection { connection in
            await #expect(throws: PostgresError.statementTimeout(after: limit)) {
                try await connection.query("SELECT pg_sleep(60)", timeout: limit)
            }
            await #expect(throws: PostgresError.self) { try await connection.query("SELECT 1") }
        }
        #expect(pool.statistics.open == 0)
        #expect(try await pool.query("SELECT 1").count == 1)
        // The server notices that nobody waits for the answer (client_connection_check_interval).
        try await eventually("the server ends the statement") { try await !isRunning("pg_sleep(60)") }
    }

    @Test("a deadline longer than the pool's lifts the server's limit for that statement only")
    func longStatement() async throws {
        var configuration = TestDatabase.current.configuration
        configuration.statementTimeout = .milliseconds(500)
        try await PostgresPool.withPool(configuration, logger: Logger(label: "test")) { pool in
            let limit: SQL = "SELECT setting::bigint FROM pg_settings WHERE name = 'statement_timeout'"
            let limits = try await pool.withConnection { connection in
                let before = try await connection.query(limit)[0].decode(0, as: Int.self)
                let during = try await connection.query(limit, timeout: .seconds(30))[0].decode(0, as: Int.self)
                let after = try await connection.query(limit)[0].decode(0, as: Int.self)
                return [before, during, after]
            }
            #expect(limits == [2_500, 32_000, 2_500])
            try await pool.query("SELECT pg_sleep(1)", timeout: .seconds(30))
        }
    }

    @Test("the first fetch of a cursor may be given longer than the pool's deadline, and the others are not")
    func longFirstFetch() async throws {
        var configuration = TestDatabase.current.configuration
        configuration.statementTimeout = .milliseconds(100)
        try await PostgresPool.withPool(configuration, logger: Logger(label: "test")) { pool in
            // A row of the second fetch, so that it is not computed by the first.
            func read(sleepingAt place: Int, patience: Duration?) async throws -> Int {
                var count = 0
                try await pool.withConnection { connection in
                    try await connection.forEachRow(
                        "SELECT CASE WHEN n = \(place) THEN pg_sleep(0.3) END FROM generate_series(1, 3) n", batch: 2,
                        timeout: patience
                    ) { _ in count += 1 }
                }
                return count
            }
            let all = try await read(sleepingAt: 1, patience: .seconds(30))
            #expect(all == 3)
            for (place, patience) in [(1, nil), (3, Duration.seconds(30))] {
                await #expect(throws: PostgresError.statementTimeout(after: .milliseconds(100))) {
                    try await read(sleepingAt: place, patience: patience)
                }
            }
        }
    }

    @Test("cancelling a task in the middle of a statement ends its connection and leaves the pool usable")
    func cancelledStatement() async throws {
        let pool = pool
        let task = Task { try await pool.query("SELECT pg_sleep(61)") }
        try await eventually("the statement runs") { try await isRunning("pg_sleep(61)") }
        task.cancel()
        await #expect(throws: PostgresError.cancelled) { try await task.value }
        #expect(try await pool.query("SELECT 1").count == 1)
        try await eventually("the server ends the statement") { try await !isRunning("pg_sleep(61)") }
    }

    @Test("a task that is cancelled before it asks is told so, and no connection is lost")
    func cancelledBefore() async throws {
        let pool = pool
        try await pool.query("SELECT 1")
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await pool.query("SELECT 1")
        }
        await #expect(throws: PostgresError.cancelled) { try await task.value }
        #expect(pool.statistics == .init(open: 1, idle: 1, leased: 0, waiting: 0))
    }

    @Test("cancelling a waiting caller takes it out of the line")
    func cancelledWaiter() async throws {
        var configuration = TestDatabase.current.configuration
        configuration.poolSize = 1
        try await PostgresPool.withPool(configuration, logger: Logger(label: "test")) { pool in
            try await pool.withConnection { _ in
                let waiter = Task { try await pool.query("SELECT 1") }
                try await eventually("it waits") { pool.statistics.waiting == 1 }
                waiter.cancel()
                await #expect(throws: PostgresError.cancelled) { try await waiter.value }
                #expect(pool.statistics.waiting == 0)
            }
            #expect(pool.statistics == .init(open: 1, idle: 1, leased: 0, waiting: 0))
        }
    }

    @Test("cancelling a task in a transaction undoes the transaction")
    func cancelledTransaction() async throws {
        let pool = pool
        try await pool.query("CREATE TABLE numbers (number bigint)")
        let task = Task {
            try await pool.withTransaction { connection in
                try await connection.query("INSERT INTO numbers VALUES (1)")
                try await connection.query("SELECT pg_sleep(62)")
            }
        }
        try await eventually("the transaction sleeps") { try await isRunning("pg_sleep(62)") }
        task.cancel()
        await #expect(throws: PostgresError.cancelled) { try await task.value }
        #expect(try await pool.query("SELECT * FROM numbers").isEmpty)
    }

    @Test("cancelling between two statements of a transaction rolls back, and the connection stays")
    func cancelledBetween() async throws {
        let pool = pool
        try await pool.query("CREATE TABLE numbers (number bigint)")
        let task = Task {
            try await pool.withTransaction { connection in
                try await connection.query("INSERT INTO numbers VALUES (1)")
                withUnsafeCurrentTask { $0?.cancel() }
                try Task.checkCancellation()
            }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(pool.statistics == .init(open: 1, idle: 1, leased: 0, waiting: 0))
        #expect(try await pool.query("SELECT * FROM numbers").isEmpty)
    }

    @Test("a connection whose backend was terminated is lost with the server's state; the pool recovers")
    func terminated() async throws {
        try await pool.withConnection { connection in
            let victim = try await backend(connection)
            let sleeping = Task { try await connection.query("SELECT pg_sleep(63)") }
            try await eventually("the statement runs") { try await isRunning("pg_sleep(63)") }
            try await pool.query("SELECT pg_terminate_backend(\(victim)::int)")
            await #expect(throws: PostgresError.connectionLost(sqlState: "57P01")) { try await sleeping.value }
        }
        #expect(try await pool.query("SELECT 1").count == 1)
    }

    @Test("an idle connection that breaks is noticed and never lent again")
    func idleTerminated() async throws {
        let pool = pool
        let victim = try await pool.withConnection { try await backend($0) }
        #expect(pool.statistics.idle == 1)
        _ = try await TestDatabase.lend { other in
            try await other.pool.query("SELECT pg_terminate_backend(\(victim)::int)")
        }
        try await eventually("the pool notices") { pool.statistics.open == 0 }
        #expect(try await pool.query("SELECT 1").count == 1)
    }

    @Test("a connection that breaks between two statements of its holder is lost; what had been committed stays")
    func leasedTerminated() async throws {
        let pool = pool
        try await pool.query("CREATE TABLE numbers (number bigint)")
        try await pool.withConnection { connection in
            let victim = try await backend(connection)
            try await connection.query("INSERT INTO numbers VALUES (1)")
            try await pool.query("SELECT pg_terminate_backend(\(victim)::int, 5000)")
            await #expect(throws: PostgresError.self) { try await connection.query("INSERT INTO numbers VALUES (2)") }
            let error = await #expect(throws: PostgresError.self) { try await connection.query("SELECT 1") }
            #expect(error == .connectionLost(sqlState: nil))
        }
        #expect(try await pool.query("SELECT * FROM numbers").count == 1)
    }

    @Test("a backend that is stopped and says nothing runs into our deadline")
    func stoppedBackend() async throws {
        let limit = Duration.milliseconds(300)
        try await pool.withConnection { connection in
            let victim = pid_t(try await backend(connection))
            #expect(kill(victim, SIGSTOP) == 0)
            defer { kill(victim, SIGCONT) }
            await #expect(throws: PostgresError.statementTimeout(after: limit)) {
                try await connection.query("SELECT 1", timeout: limit)
            }
        }
        #expect(try await pool.query("SELECT 1").count == 1)
    }

    @Test("a server that accepts and says nothing runs into the connect timeout")
    func silentServer() async throws {
        let silent = try SilentServer()
        let configuration = PostgresConfiguration(
            conninfo: "host=127.0.0.1 port=\(silent.port) user=x sslmode=disable", connectTimeout: .milliseconds(300))
        try await PostgresPool.withPool(configuration, logger: Logger(label: "test")) { pool in
            await #expect(throws: PostgresError.connectionFailed("no answer within 0.3 seconds")) {
                try await pool.query("SELECT 1")
            }
            #expect(pool.statistics.open == 0)
        }
    }

    @Test("nobody listening is a connection failure, at once")
    func nobody() async throws {
        let configuration = PostgresConfiguration(conninfo: "host=/nonexistent user=x")
        try await PostgresPool.withPool(configuration, logger: Logger(label: "test")) { pool in
            let error = await #expect(throws: PostgresError.self) { try await pool.query("SELECT 1") }
            guard case .connectionFailed = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }
}
