public import AsyncPostgres
import GleanerCore
public import Logging
public import ServiceLifecycle
import Synchronization

/// Keeps `CurrentRoutes` what the database says: at every notification, and every few seconds besides.
///
/// While PostgreSQL is away, and for a project whose newest version cannot be read, the last table stays in force.
public final class RouteWatch: Service {
    /// A net below LISTEN/NOTIFY, which tells within milliseconds.
    private static let interval = Duration.seconds(3)

    private let store: any RouteStore
    private let current: CurrentRoutes
    private let listener: PostgresListener
    private let file: RouteFile
    private let logger: Logger
    /// Versions that could not be read, so that each is logged once.
    private let unreadable = Mutex<[ID<Project>: Int64]>([:])
    private let isAway = Mutex(false)

    /// - Parameter path: where the last table is kept for a start without PostgreSQL; read here.
    public init(
        store: any RouteStore, current: CurrentRoutes, configuration: PostgresConfiguration, path: String,
        logger: Logger
    ) {
        self.store = store
        self.current = current
        self.logger = logger
        file = RouteFile(path: path)
        listener = PostgresListener(
            configuration: configuration, channels: [PostgresRouteStore.channel], logger: logger)
        if let kept = file.read() { current.replace(kept.tables) }
    }

    public func run() async throws {
        await listener.refresh(every: Self.interval) { await self.refresh() }
    }

    /// Reads what has changed and puts it in force.
    func refresh() async {
        do {
            let heads = try await store.heads()
            isAway.withLock { $0 = false }
            let before = current.all
            guard heads != before.mapValues(\.version) else { return }
            let salt = try await store.salt()
            var tables: [ID<Project>: RouteTable] = [:]
            for (project, version) in heads {
                tables[project] = try await table(project, version, salt, before[project])
            }
            guard tables != before else { return }
            current.replace(tables)
            for (project, table) in tables where table.version != before[project]?.version {
                logger.notice(
                    "routes in force",
                    metadata: ["project.id": "\(project)", "routes.version": "\(table.version)"])
            }
            keep(tables, salt)
        } catch {
            let isNew = isAway.withLock { isAway in
                defer { isAway = true }
                return !isAway
            }
            if isNew, !Task.isCancelled {
                logger.warning(
                    "routes cannot be read; the last ones stay in force", metadata: ["error": "\(error)"])
            }
        }
    }

    private func table(
        _ project: ID<Project>, _ version: Int64, _ salt: RouteSalt, _ before: RouteTable?
    ) async throws -> RouteTable? {
        if let before, before.version == version { return before }
        do {
            let stored = try await store.version(version, of: project)
            return RouteTable(version: version, routes: stored.routes, salt: salt)
        } catch let error as RouteError {
            let isNew = unreadable.withLock { $0.updateValue(version, forKey: project) != version }
            if isNew {
                logger.error(
                    "a version of the routes cannot be read; the one before stays in force",
                    metadata: ["project.id": "\(project)", "error": "\(error)"])
            }
            return before
        }
    }

    private func keep(_ tables: [ID<Project>: RouteTable], _ salt: RouteSalt) {
        do {
            try file.write(tables, salt: salt)
        } catch {
            logger.warning("the routes were not kept in a file", metadata: ["error": "\(error)"])
        }
    }
}
