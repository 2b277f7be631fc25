public import Foundation
public import GleanerCore

/// All routes of a project after one edit.
public struct RouteVersion: Sendable, Hashable {
    /// From 1; 0 before the first edit.
    public let version: Int64
    /// Sorted by name.
    public let routes: [Route]
    public let author: String
    public let note: String
    public let createdAt: Date

    init(version: Int64, routes: [Route], author: String, note: String, createdAt: Date) {
        self.version = version
        self.routes = routes.sorted { $0.name < $1.name }
        self.author = author
        self.note = note
        self.createdAt = createdAt
    }

    static let none = RouteVersion(version: 0, routes: [], author: "", note: "", createdAt: .distantPast)

    func route(_ name: String) throws(RouteError) -> Route {
        guard let route = routes.first(where: { $0.name == name }) else { throw .routeUnknown(name) }
        return route
    }
}

/// Who edits, why, and what they believe is in force.
public struct RouteEdit: Sendable, Hashable {
    public let author: String
    public let note: String
    /// Another version in force means that somebody edited meanwhile: refused. `nil`: whatever is in force.
    public let expected: Int64?

    public init(author: String, note: String = "", expected: Int64? = nil) {
        self.author = author
        self.note = note
        self.expected = expected
    }
}

/// `document` of a stored version.
struct RouteDocument: Codable {
    let routes: [Route]
}
