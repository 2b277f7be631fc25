public import GleanerCore

/// The rules of editing routes. Every edit leaves a whole version that can be used and gone back to.
public struct RouteService: Sendable {
    private let store: any RouteStore
    private let providers: @Sendable () -> Set<String>?

    /// - Parameter providers: names that a variant may use; `nil` leaves them unchecked.
    public init(store: any RouteStore, providers: @escaping @Sendable () -> Set<String>?) {
        self.store = store
        self.providers = providers
    }

    public func current(_ project: ID<Project>) async throws -> RouteVersion { try await store.current(project) }

    public func version(_ version: Int64, of project: ID<Project>) async throws -> RouteVersion {
        try await store.version(version, of: project)
    }

    public func versions(of project: ID<Project>, before: Int64? = nil, limit: Int = 50) async throws -> [RouteVersion]
    {
        try await store.versions(of: project, before: before, limit: limit)
    }

    public func route(_ name: String, of project: ID<Project>) async throws -> (route: Route, version: Int64) {
        let current = try await store.current(project)
        return (try current.route(name), current.version)
    }

    /// Makes the route, or replaces the one of its name.
    public func put(_ route: Route, in project: ID<Project>, _ edit: RouteEdit) async throws -> RouteVersion {
        try route.validate(providers: providers())
        return try await self.edit(project, edit) { current in
            let routes = current.routes.filter { $0.name != route.name } + [route]
            guard routes.count <= Route.maximumRoutes else {
                throw RouteInvalid.tooLarge("routes", limit: Route.maximumRoutes)
            }
            return routes
        }
    }

    /// Its name is a plain model again, sent to the default provider.
    public func delete(_ name: String, in project: ID<Project>, _ edit: RouteEdit) async throws -> RouteVersion {
        try await self.edit(project, edit) { current in
            _ = try current.route(name)
            return current.routes.filter { $0.name != name }
        }
    }

    /// Variants that are not named keep their weight.
    public func setWeights(
        _ weights: [String: Double], of name: String, in project: ID<Project>, _ edit: RouteEdit
    ) async throws -> RouteVersion {
        let providers = providers()
        return try await self.edit(project, edit) { current in
            var route = try current.route(name)
            for (variant, weight) in weights.sorted(by: { $0.key < $1.key }) {
                guard let index = route.variants.firstIndex(where: { $0.name == variant }) else {
                    throw RouteInvalid.variantUnknown(variant, in: "weights", route: name)
                }
                route.variants[index].weight = weight
            }
            try route.validate(providers: providers)
            return current.routes.filter { $0.name != name } + [route]
        }
    }

    /// Puts an earlier version in force again, as a new one.
    public func rollBack(to version: Int64, in project: ID<Project>, _ edit: RouteEdit) async throws -> RouteVersion {
        let earlier = try await store.version(version, of: project)
        for route in earlier.routes { try route.validate(providers: providers()) }
        let note = edit.note.isEmpty ? "back to version \(version)" : edit.note
        let edit = RouteEdit(author: edit.author, note: note, expected: edit.expected)
        return try await self.edit(project, edit) { _ in earlier.routes }
    }

    private func edit(
        _ project: ID<Project>, _ edit: RouteEdit, _ change: @Sendable (RouteVersion) throws -> [Route]
    ) async throws -> RouteVersion {
        let isClean = edit.note.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        guard isClean, edit.note.utf8.count <= 1024 else { throw RouteError.noteInvalid }
        return try await store.edit(project, edit, change)
    }
}
