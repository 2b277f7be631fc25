public import GleanerCore

/// Keeps every version of every project's routes.
public protocol RouteStore: Sendable {
    /// What is in force; version 0 without routes before the first edit.
    func current(_ project: ID<Project>) async throws -> RouteVersion
    /// - Throws: `RouteError.versionUnknown`.
    func version(_ version: Int64, of project: ID<Project>) async throws -> RouteVersion
    /// Newest first.
    func versions(of project: ID<Project>, before: Int64?, limit: Int) async throws -> [RouteVersion]
    /// Keeps what `change` makes of the routes in force as a new version, one edit at a time over all instances. A
    /// change that changes nothing makes no version.
    /// - Throws: `RouteError.versionConflict`, or what `change` throws.
    func edit(
        _ project: ID<Project>, _ edit: RouteEdit, _ change: @Sendable (RouteVersion) throws -> [Route]
    ) async throws -> RouteVersion

    /// The version in force of each project that has one.
    func heads() async throws -> [ID<Project>: Int64]
    /// The installation's secret, made when there is none.
    func salt() async throws -> RouteSalt
}
