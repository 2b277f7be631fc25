import AsyncPostgres
import Foundation
import GleanerCore
import GleanerRouting
import GleanerTestSupport
import Logging
import Testing

@Suite("Routes in force", .database)
struct RouteWatchTests {
    private let exchange = ID<Exchange>.new()

    /// One instance: what it has in force, and its watch.
    private func instance(
        _ name: String, configuration: PostgresConfiguration? = nil, pool: PostgresPool? = nil
    ) -> (CurrentRoutes, RouteWatch) {
        let current = CurrentRoutes()
        let watch = RouteWatch(
            store: PostgresRouteStore(pool: pool ?? TestDatabase.current.pool), current: current,
            configuration: configuration ?? TestDatabase.current.configuration, path: path(name),
            logger: Logger(label: "test"))
        return (current, watch)
    }
    private func path(_ name: String) -> String {
        FileManager.default.temporaryDirectory.appendingPathComponent("\(TestDatabase.current.name)-\(name).json").path
    }
    private func service() -> RouteService {
        RouteService(store: PostgresRouteStore(pool: TestDatabase.current.pool)) { nil }
    }
    private func route(_ weights: [String: Double]) -> Route {
        Route(
            name: "chat",
            variants: weights.sorted { $0.key < $1.key }.map {
                Variant(name: $0.key, provider: "p", weight: $0.value)
            })
    }

    /// Fails after 10 s.
    private func wait(_ isSo: () -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(10)
        while !isSo() {
            try #require(ContinuousClock.now < deadline, "waited in vain")
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    @Test("an edit is in force on every instance within a second, and all choose alike")
    func everywhere() async throws {
        let project = try await StoredExchanges(pool: TestDatabase.current.pool).project
        let (one, first) = instance("one")
        let (other, second) = instance("other")
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await first.run() }
            group.addTask { try await second.run() }
            let service = service()
            _ = try await service.put(route(["a": 1, "b": 1]), in: project, RouteEdit(author: "t"))
            try await wait { one.table(of: project)?.version == 1 && other.table(of: project)?.version == 1 }
            // Both listen by now, or their next poll tells; so the second edit measures what is promised.
            try await Task.sleep(for: .milliseconds(500))
            var worst = Duration.zero
            for version in Int64(2)...6 {
                _ = try await service.setWeights(
                    ["b": Double(version)], of: "chat", in: project, RouteEdit(author: "t"))
                let took = try await inTurns {
                    try await wait {
                        one.table(of: project)?.version == version && other.table(of: project)?.version == version
                    }
                }
                worst = max(worst, took)
            }
            #expect(worst < .seconds(1))
            for user in 0..<100 {
                let plan = one.plan(project: project, model: "chat", stickyKey: "u\(user)", exchange: exchange)
                #expect(plan?.choice.version == 6)
                #expect(
                    plan == other.plan(project: project, model: "chat", stickyKey: "u\(user)", exchange: exchange))
            }
            #expect(one.names(project: project) == ["chat"])
            #expect(one.plan(project: .new(), model: "chat", stickyKey: nil, exchange: exchange) == nil)
            group.cancelAll()
        }
    }

    @Test("without notifications the poll brings an edit within seconds")
    func poll() async throws {
        let pool = TestDatabase.current.pool
        let project = try await StoredExchanges(pool: pool).project
        try await pool.query("ALTER TABLE gleaner.route_versions DISABLE TRIGGER route_versions_notify")
        let (current, watch) = instance("poll")
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await watch.run() }
            try await Task.sleep(for: .milliseconds(700))
            _ = try await service().put(route(["a": 1]), in: project, RouteEdit(author: "t"))
            try await wait { current.table(of: project)?.version == 1 }
            group.cancelAll()
        }
    }

    @Test("an instance that starts without PostgreSQL routes as it did when it stopped")
    func withoutDatabase() async throws {
        let project = try await StoredExchanges(pool: TestDatabase.current.pool).project
        _ = try await service().put(route(["a": 1, "b": 1, "c": 1]), in: project, RouteEdit(author: "t"))
        let (before, watch) = instance("away")
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await watch.run() }
            try await wait { FileManager.default.fileExists(atPath: path("away")) }
            group.cancelAll()
        }
        let attributes = try FileManager.default.attributesOfItem(atPath: path("away"))
        #expect(attributes[.posixPermissions] as? Int == 0o600)

        let nowhere = PostgresConfiguration(conninfo: "host=127.0.0.1 port=1 connect_timeout=1")
        try await PostgresPool.withPool(nowhere, logger: Logger(label: "test")) { pool in
            let (after, watch) = instance("away", configuration: nowhere, pool: pool)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await watch.run() }
                try await Task.sleep(for: .milliseconds(300))
                for user in 0..<100 {
                    let plan = after.plan(project: project, model: "chat", stickyKey: "u\(user)", exchange: exchange)
                    #expect(plan != nil)
                    #expect(
                        plan == before.plan(project: project, model: "chat", stickyKey: "u\(user)", exchange: exchange))
                }
                group.cancelAll()
            }
        }
    }

    @Test("a version that cannot be read leaves the one before in force; the next good one takes over")
    func unreadable() async throws {
        let pool = TestDatabase.current.pool
        let project = try await StoredExchanges(pool: pool).project
        _ = try await service().put(route(["a": 1]), in: project, RouteEdit(author: "t"))
        let (current, watch) = instance("unreadable")
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await watch.run() }
            try await wait { current.table(of: project)?.version == 1 }
            try await pool.query(
                """
                INSERT INTO gleaner.route_versions (project_id, version, document, author, note, created_at)
                VALUES (\(project.uuid), 2, '{"routes":[{"name":"chat","newer":true}]}', 'x', '', now())
                """)
            try await Task.sleep(for: .milliseconds(500))
            #expect(current.table(of: project)?.version == 1)
            try await pool.query(
                """
                INSERT INTO gleaner.route_versions (project_id, version, document, author, note, created_at)
                VALUES (\(project.uuid), 3, '{"routes":[]}', 'x', '', now())
                """)
            try await wait { current.table(of: project)?.version == 3 }
            group.cancelAll()
        }
    }

    @Test("a damaged file counts as none")
    func damaged() throws {
        for text in ["", "{", #"{"salt":"AA==","projects":{}}"#, "[]"] {
            try text.write(toFile: path("damaged"), atomically: true, encoding: .utf8)
            let (current, _) = instance("damaged")
            #expect(current.names(project: .new()).isEmpty)
        }
    }
}
