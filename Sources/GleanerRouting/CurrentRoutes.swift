public import GleanerCore
import Synchronization

/// The routes in force in this process: one table a project, swapped whole.
public final class CurrentRoutes: LiveRoutes {
    private let tables: Mutex<[ID<Project>: RouteTable]>

    public init(_ tables: [ID<Project>: RouteTable] = [:]) { self.tables = Mutex(tables) }

    public func plan(project: ID<Project>, model: String, stickyKey: String?, exchange: ID<Exchange>) -> RoutePlan? {
        // Only the table is taken under the lock; hashing goes on beside it.
        table(of: project)?.resolve(model, stickyKey: stickyKey, exchange: exchange)
    }

    public func names(project: ID<Project>) -> [String] { table(of: project)?.routes.keys.sorted() ?? [] }

    public func table(of project: ID<Project>) -> RouteTable? { tables.withLock { $0[project] } }

    var all: [ID<Project>: RouteTable] { tables.withLock { $0 } }

    func replace(_ tables: [ID<Project>: RouteTable]) { self.tables.withLock { $0 = tables } }
}
