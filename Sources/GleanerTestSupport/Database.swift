public import AsyncPostgres
import Foundation
import Logging

/// A database of its own for one test: a fresh copy of a template that has all migrations, dropped afterwards.
public struct TestDatabase: Sendable {
    public let name: String
    /// How to connect to it, as libpq takes it.
    public let conninfo: String
    /// A pool of 4 on it, closed with the test.
    public let pool: PostgresPool

    @TaskLocal static var lent: TestDatabase?

    /// The database of the running test.
    public static var current: TestDatabase {
        guard let lent else {
            preconditionFailure("this test has no database: give it or its suite the trait .database")
        }
        return lent
    }

    public var configuration: PostgresConfiguration {
        PostgresConfiguration(
            conninfo: conninfo, applicationName: "gleaner-tests", poolSize: 4, leaseTimeout: .seconds(30))
    }

    /// Lends a fresh database to `body`, which also finds it as `TestDatabase.current`.
    @discardableResult
    public static func lend<Value: Sendable>(
        _ body: (TestDatabase) async throws -> Value
    ) async throws -> Value {
        let server = try DatabaseServer.shared.get()
        let template = try await server.template()
        // The lease is held throughout, so that no more databases exist at a time than the server pool has connections.
        return try await server.pool.withConnection { server in
            let name = "gleaner_test_\(UUID().uuidString.lowercased().filter { $0 != "-" })"
            try await server.query("CREATE DATABASE \(identifier: name) TEMPLATE \(identifier: template)")
            do {
                let value = try await use(name, body)
                try await drop(name, with: server)
                return value
            } catch {
                try? await drop(name, with: server)
                throw error
            }
        }
    }

    private static func use<Value: Sendable>(
        _ name: String, _ body: (TestDatabase) async throws -> Value
    ) async throws -> Value {
        let conninfo = try DatabaseServer.shared.get().conninfo(ofDatabase: name)
        let configuration = PostgresConfiguration(
            conninfo: conninfo, applicationName: "gleaner-tests", poolSize: 4, leaseTimeout: .seconds(30))
        return try await PostgresPool.withPool(configuration, logger: Logger(label: "test-database")) { pool in
            let database = TestDatabase(name: name, conninfo: conninfo, pool: pool)
            return try await $lent.withValue(database) { try await body(database) }
        }
    }

    private static func drop(_ name: String, with server: PostgresConnection) async throws {
        try await server.query("DROP DATABASE \(identifier: name) WITH (FORCE)")
    }
}
