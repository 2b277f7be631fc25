import Foundation
import GleanerTestSupport
import Logging
import Testing

@testable import AsyncPostgres

@Suite("Pool", .database)
struct PoolTests {
    private var pool: PostgresPool { TestDatabase.current.pool }

    @Test("200 tasks share 4 connections, and each gets its own answer")
    func sharing() async throws {
        let pool = pool
        let answers = try await withThrowingTaskGroup { group in
            for number in 0..<200 {
                group.addTask { try await pool.query("SELECT \(number), pg_sleep(0.002)")[0].decode(0, as: Int.self) }
            }
            return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
        }
        #expect(answers == Set(0..<200))
        #expect(pool.statistics.open <= 4)
        #expect(pool.statistics.leased == 0)
    }

    @Test("who waits too long is told so, and who comes when the line is full is refused at once")
    func bounded() async throws {
        var configuration = TestDatabase.current.configuration
        configuration.poolSize = 1
        configuration.leaseTimeout = .milliseconds(400)
        configuration.maximumWaiters = 1
        try await PostgresPool.withPool(configuration, logger: Logger(label: "test")) { pool in
            try await pool.withConnection { _ in
                let waiter = Task { try await pool.query("SELECT 1") }
                try await eventually("it waits") { pool.statistics.waiting == 1 }
                await #expect(throws: PostgresError.poolExhausted(waiting: 1)) { try await pool.query("SELECT 1") }
                await #expect(throws: PostgresError.leaseTimeout(after: .milliseconds(400))) { try await waiter.value }
            }
            #expect(try await pool.query("SELECT 1").count == 1)
        }
    }

    @Test("a transaction is kept when its body returns and undone when it throws")
    func transactions() async throws {
        struct Changed: Error {}
        try await pool.query("CREATE TABLE numbers (number bigint)")
        try await pool.withTransaction { try await $0.query("INSERT INTO numbers VALUES (1)") }
        await #expect(throws: Changed.self) {
            try await pool.withTransaction { connection in
                try await connection.query("INSERT INTO numbers VALUES (2)")
                throw Changed()
            }
        }
        let rows = try await pool.query("SELECT number FROM numbers")
        #expect(try rows.map { try $0.decode(0, as: Int.self) } == [1])
        #expect(pool.statistics == .init(open: 1, idle: 1, leased: 0, waiting: 0))
    }

    @Test("a transaction whose failed statement was overlooked does not pass for committed")
    func overlooked() async throws {
        try await pool.query("CREATE TABLE numbers (number bigint)")
        let error = await #expect(throws: PostgresError.self) {
            try await pool.withTransaction { connection in
                try await connection.query("INSERT INTO numbers VALUES (1)")
                _ = try? await connection.query("SELECT 1/0")
            }
        }
        #expect(error?.sqlState == "25P02")
        #expect(try await pool.query("SELECT * FROM numbers").isEmpty)
    }

    @Test("a transaction that was left open is rolled back before the connection is lent again")
    func leftOpen() async throws {
        try await pool.query("CREATE TABLE numbers (number bigint)")
        try await pool.withConnection { connection in
            try await connection.query("BEGIN")
            try await connection.query("INSERT INTO numbers VALUES (1)")
        }
        #expect(pool.statistics == .init(open: 1, idle: 1, leased: 0, waiting: 0))
        #expect(try await pool.query("SELECT * FROM numbers").isEmpty)
    }

    @Test("a connection that was kept past its lease refuses to work")
    func keptTooLong() async throws {
        let kept = try await pool.withConnection { $0 }
        await #expect(throws: PostgresError.poolClosed) { try await kept.query("SELECT 1") }
    }

    @Test("statements of several tasks on one connection run one after another")
    func oneConnection() async throws {
        let answers = try await pool.withConnection { connection in
            async let first = connection.query("SELECT 1, pg_sleep(0.05)")
            async let second = connection.query("SELECT 2")
            return try await [first[0].decode(0, as: Int.self), second[0].decode(0, as: Int.self)]
        }
        #expect(answers == [1, 2])
    }

    @Test("a script runs as a whole, and tells what was wrong with it")
    func scripts() async throws {
        try await pool.withConnection { connection in
            try await connection.execute(
                script: "CREATE TABLE a (x int); INSERT INTO a VALUES (1), (2);", timeout: .seconds(5))
            #expect(try await connection.query("SELECT * FROM a").count == 2)
            let error = await #expect(throws: PostgresError.self) {
                try await connection.execute(
                    script: "INSERT INTO a VALUES (3); INSERT INTO b VALUES (1)", timeout: .seconds(5))
            }
            #expect(error?.sqlState == "42P01")
            #expect(try await connection.query("SELECT * FROM a").count == 2)
        }
    }

    @Test("affected rows are counted")
    func affected() async throws {
        try await pool.query("CREATE TABLE numbers (number bigint)")
        #expect(try await pool.query("INSERT INTO numbers SELECT generate_series(1, 7)").affected == 7)
        #expect(try await pool.query("DELETE FROM numbers WHERE number > \(5)").affected == 2)
    }

    @Test("the connection is set up as promised")
    func settings() async throws {
        let rows = try await pool.query("SELECT name, setting FROM pg_settings")
        let settings = Dictionary(
            uniqueKeysWithValues: try rows.map {
                (try $0.decode("name", as: String.self), try $0.decode("setting", as: String.self))
            })
        #expect(settings["TimeZone"] == "UTC")
        #expect(settings["client_encoding"] == "UTF8")
        #expect(settings["application_name"] == "gleaner-tests")
        #expect(settings["statement_timeout"] == "32000")
        #expect(settings["client_connection_check_interval"] == "1000")
    }

    @Test("shutdown lets running leases end, refuses new ones, and closes every connection")
    func shutdown() async throws {
        let observer = pool
        var configuration = TestDatabase.current.configuration
        configuration.applicationName = "shutting-down"
        let pool = PostgresPool(configuration: configuration, logger: Logger(label: "test"))
        let (isLeased, leased) = AsyncStream<Void>.makeStream()
        let lease = Task {
            try await pool.withConnection { connection in
                leased.finish()
                return try await connection.query("SELECT pg_sleep(0.3), 5")[0].decode(1, as: Int.self)
            }
        }
        for await _ in isLeased {}
        await pool.shutdown()
        #expect(try await lease.value == 5)
        await #expect(throws: PostgresError.poolClosed) { try await pool.query("SELECT 1") }
        try await eventually("the server has seen them go") {
            try await observer.query("SELECT 1 FROM pg_stat_activity WHERE application_name = 'shutting-down'").isEmpty
        }
    }

    @Test("a statement that shutdown does not wait for is told, not left hanging")
    func cutOff() async throws {
        var configuration = TestDatabase.current.configuration
        configuration.leaseTimeout = .milliseconds(200)
        let pool = PostgresPool(configuration: configuration, logger: Logger(label: "test"))
        let running = Task { try await pool.query("SELECT pg_sleep(64)") }
        try await eventually("it is leased") { pool.statistics.leased == 1 }
        await pool.shutdown()
        await #expect(throws: PostgresError.poolClosed) { try await running.value }
    }

    @Test("run() ends on cancellation with every connection closed")
    func service() async throws {
        let pool = PostgresPool(configuration: TestDatabase.current.configuration, logger: Logger(label: "test"))
        let running = Task { try await pool.run() }
        #expect(try await pool.query("SELECT 1").count == 1)
        running.cancel()
        try await running.value
        await #expect(throws: PostgresError.poolClosed) { try await pool.query("SELECT 1") }
    }
}
