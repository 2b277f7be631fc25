import AsyncPostgres
import Foundation
import GleanerSchema
import Logging
import SQLMigrations

/// The server the tests use, and the template their databases are copied from.
struct DatabaseServer: Sendable {
    struct NotConfigured: Error, CustomStringConvertible {
        var description: String {
            """
            This test needs a PostgreSQL server, and GLEANER_TEST_DATABASE_URL names none.
              fix: run `make test`, or `scripts/test-database exec -- swift test`
            """
        }
    }

    static let shared: Result<DatabaseServer, NotConfigured> = Result { () throws(NotConfigured) in
        guard let url = ProcessInfo.processInfo.environment["GLEANER_TEST_DATABASE_URL"], !url.isEmpty else {
            throw NotConfigured()
        }
        return DatabaseServer(url: url)
    }

    /// Every database that is lent holds one of these connections.
    let pool: PostgresPool
    private let url: String
    private let makeTemplate: Task<String, any Error>

    private init(url: String) {
        self.url = url
        let configuration = PostgresConfiguration(
            conninfo: url, applicationName: "gleaner-tests-server", statementTimeout: .seconds(60), poolSize: 12,
            leaseTimeout: .seconds(600), maximumWaiters: 10_000)
        let pool = PostgresPool(configuration: configuration, logger: Logger(label: "test-database"))
        self.pool = pool
        makeTemplate = Task { try await Self.makeTemplate(url: url, pool: pool) }
    }

    /// The name of a database with all migrations; made once, shared by all test processes of the same schema.
    func template() async throws -> String { try await makeTemplate.value }

    func conninfo(ofDatabase name: String) -> String { Self.conninfo(url, database: name) }

    private static func makeTemplate(url: String, pool: PostgresPool) async throws -> String {
        let migrations = GleanerSchema.migrations.map { Migration(name: $0.name, sql: $0.sql) }
        let schema = Migration(name: "all", sql: Array(migrations.map { $0.name + $0.checksum }.joined().utf8))
        let name = "gleaner_template_\(schema.checksum.prefix(16))"
        return try await pool.withConnection { server in
            try await server.query("SELECT pg_advisory_lock(hashtext(\(name)))")
            do {
                if try await server.query("SELECT 1 FROM pg_database WHERE datname = \(name)").isEmpty {
                    try await build(name, migrations, url: url, server: server)
                }
                try await server.query("SELECT pg_advisory_unlock(hashtext(\(name)))")
                return name
            } catch {
                _ = try? await server.query("SELECT pg_advisory_unlock(hashtext(\(name)))")
                throw error
            }
        }
    }

    /// Migrates under another name and renames at the end, so that a template is whole or not there.
    private static func build(
        _ name: String, _ migrations: [Migration], url: String, server: PostgresConnection
    ) async throws {
        let unfinished = name + "_unfinished"
        try await server.query("DROP DATABASE IF EXISTS \(identifier: unfinished) WITH (FORCE)")
        try await server.query("CREATE DATABASE \(identifier: unfinished) TEMPLATE template0")
        let configuration = PostgresConfiguration(conninfo: conninfo(url, database: unfinished), poolSize: 1)
        let logger = Logger(label: "test-database")
        try await PostgresPool.withPool(configuration, logger: logger) { pool in
            try await Migrator(migrations, pool: pool, logger: logger).apply()
        }
        // The migrating session may take a moment to leave.
        try await server.query(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = \(unfinished)")
        try await server.query("ALTER DATABASE \(identifier: unfinished) RENAME TO \(identifier: name)")
    }

    /// The same server, another database. In a keyword list the last `dbname` counts; in a URI it is the path.
    static func conninfo(_ url: String, database: String) -> String {
        guard let scheme = url.range(of: "://") else { return url + " dbname=\(database)" }
        let rest = url[scheme.upperBound...]
        let query = rest.firstIndex(of: "?").map { rest[$0...] } ?? ""
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        return "\(url[..<scheme.upperBound])\(authority)/\(database)\(query)"
    }
}
