import AsyncPostgres
import Foundation
import GleanerTestSupport
import Logging
import Testing

@Suite("Errors", .database)
struct ErrorTests {
    @Test("a unique violation names state, constraint and table, and its description shows no value")
    func uniqueViolation() async throws {
        let pool = TestDatabase.current.pool
        try await pool.query("CREATE TABLE secrets (word text CONSTRAINT secrets_word_key UNIQUE)")
        try await pool.query("INSERT INTO secrets VALUES (\("hush-hush"))")
        let error = await #expect(throws: PostgresError.self) {
            try await pool.query("INSERT INTO secrets VALUES (\("hush-hush"))")
        }
        guard case .server(let report) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(report.sqlState == "23505")
        #expect(report.constraint == "secrets_word_key")
        #expect(report.table == "secrets")
        #expect(report.statement == "INSERT INTO secrets VALUES ($1)")
        #expect(report.detail?.contains("hush-hush") == true)
        let text = try #require(error).description
        #expect(
            text
                == "Postgres refused a statement [23505], constraint secrets_word_key in: "
                + "INSERT INTO secrets VALUES ($1)"
        )
        #expect(error?.isTransient == false)
    }

    @Test("a value of the wrong form is not quoted back")
    func dataException() async throws {
        let error = await #expect(throws: PostgresError.self) {
            try await TestDatabase.current.pool.query("SELECT \("private words")::uuid")
        }
        #expect(error?.sqlState == "22P02")
        #expect(error?.description.contains("private") == false)
    }

    @Test("after an error the connection goes on")
    func goesOn() async throws {
        try await TestDatabase.current.pool.withConnection { connection in
            let backend = try await connection.query("SELECT pg_backend_pid()")[0].decode(0, as: Int.self)
            await #expect(throws: PostgresError.self) { try await connection.query("SELEKT 1") }
            #expect(try await connection.query("SELECT pg_backend_pid()")[0].decode(0, as: Int.self) == backend)
        }
    }

    @Test(
        "what may pass by itself is transient, what is wrong with the statement is not",
        arguments: [
            ("08006", true), ("57P01", true), ("53300", true), ("40001", true), ("40P01", true), ("25006", true),
            ("55P03", true), ("57014", true), ("25P03", true), ("XX000", true),
            ("22P05", false), ("23505", false), ("54000", false), ("42P01", false),
        ])
    func classes(_ state: String, _ isTransient: Bool) {
        let error = PostgresError.server(.init(sqlState: state, message: "", statement: ""))
        #expect(error.isTransient == isTransient)
    }

    @Test("more values than the protocol can count are refused, and the connection stays")
    func tooManyValues() async throws {
        let values = [PostgresValue](repeating: PostgresValue(type: .int4, bytes: [0, 0, 0, 1]), count: 65_536)
        try await TestDatabase.current.pool.query("SELECT 1")
        let error = await #expect(throws: PostgresError.self) {
            try await TestDatabase.current.pool.query(SQL(unsafe: "SELECT 1", values))
        }
        #expect(error?.sqlState == "54000")
        #expect(TestDatabase.current.pool.statistics.open == 1)
    }

    @Test("a connection string that cannot be read is not quoted, nor is a password that looks like a port")
    func connectionString() async throws {
        for conninfo in ["host=x pass word=hunter2", "postgresql://me:hunter2/x@localhost/db", "postgresql://[hunter2"]
        {
            let pool = PostgresPool(
                configuration: PostgresConfiguration(conninfo: conninfo), logger: Logger(label: "test"))
            let error = await #expect(throws: PostgresError.self) { try await pool.query("SELECT 1") }
            guard case .connectionFailed(let words) = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
            #expect(!words.contains("hunter2"))
            await pool.shutdown()
        }
    }
}
