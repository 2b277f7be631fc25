public import AsyncPostgres
import Foundation
public import GleanerCore

/// `route_versions` and `route_salts`. A trigger tells every instance of a new version when it is committed.
public struct PostgresRouteStore: RouteStore {
    public static let channel = "gleaner_routes"
    private let pool: PostgresPool

    public init(pool: PostgresPool) { self.pool = pool }

    public func current(_ project: ID<Project>) async throws -> RouteVersion {
        try await pool.query(Self.newest(project)).first.map(Self.version) ?? .none
    }

    public func version(_ version: Int64, of project: ID<Project>) async throws -> RouteVersion {
        let rows = try await pool.query(
            """
            SELECT version, document, author, note, created_at FROM gleaner.route_versions
            WHERE project_id = \(project.uuid) AND version = \(version)
            """)
        guard let row = rows.first else { throw RouteError.versionUnknown("\(version)") }
        return try Self.version(row)
    }

    public func versions(of project: ID<Project>, before: Int64?, limit: Int) async throws -> [RouteVersion] {
        try await pool.query(
            """
            SELECT version, document, author, note, created_at FROM gleaner.route_versions
            WHERE project_id = \(project.uuid) AND version < \(before ?? .max)
            ORDER BY version DESC LIMIT \(limit)
            """
        ).map(Self.version)
    }

    public func edit(
        _ project: ID<Project>, _ edit: RouteEdit, _ change: @Sendable (RouteVersion) throws -> [Route]
    ) async throws -> RouteVersion {
        try await pool.withTransaction { connection in
            // One edit of a project at a time: versions count up without gaps, and nobody overwrites what they have not seen.
            try await connection.query("SELECT 1 FROM gleaner.projects WHERE id = \(project.uuid) FOR NO KEY UPDATE")
            let current = try await connection.query(Self.newest(project)).first.map(Self.version) ?? .none
            if let expected = edit.expected, expected != current.version {
                throw RouteError.versionConflict(expected: expected, inForce: current.version)
            }
            let routes = try change(current).sorted { $0.name < $1.name }
            guard routes != current.routes else { return current }
            let document = JSONB(bytes: Array(try JSONEncoder().encode(RouteDocument(routes: routes))))
            let rows = try await connection.query(
                """
                INSERT INTO gleaner.route_versions (project_id, version, document, author, note, created_at)
                VALUES (\(project.uuid), \(current.version + 1), \(document), \(edit.author), \(edit.note), now())
                RETURNING version, document, author, note, created_at
                """)
            return try Self.version(rows[0])
        }
    }

    public func heads() async throws -> [ID<Project>: Int64] {
        let rows = try await pool.query(
            """
            SELECT p.id, v.version FROM gleaner.projects p CROSS JOIN LATERAL (
                SELECT version FROM gleaner.route_versions WHERE project_id = p.id ORDER BY version DESC LIMIT 1) v
            """)
        return Dictionary(
            try rows.map { (ID(try $0.decode("id", as: UUID.self)), try $0.decode("version", as: Int64.self)) }
        ) { first, _ in first }
    }

    public func salt() async throws -> RouteSalt {
        func stored() async throws -> RouteSalt? {
            try await pool.query("SELECT salt FROM gleaner.route_salts").first.map {
                RouteSalt(try $0.decode("salt", as: [UInt8].self))
            }
        }
        if let salt = try await stored() { return salt }
        try await pool.query(
            "INSERT INTO gleaner.route_salts (salt) VALUES (\(RouteSalt.random().bytes)) ON CONFLICT DO NOTHING")
        guard let salt = try await stored() else { throw RouteError.versionUnreadable("0") }
        return salt
    }

    private static func newest(_ project: ID<Project>) -> SQL {
        """
        SELECT version, document, author, note, created_at FROM gleaner.route_versions
        WHERE project_id = \(project.uuid) ORDER BY version DESC LIMIT 1
        """
    }

    private static func version(_ row: PostgresRow) throws -> RouteVersion {
        let number = try row.decode("version", as: Int64.self)
        let bytes = try row.decode("document", as: JSONB.self).bytes
        guard let document = try? JSONDecoder().decode(RouteDocument.self, from: Data(bytes)) else {
            throw RouteError.versionUnreadable("\(number)")
        }
        return RouteVersion(
            version: number, routes: document.routes, author: try row.decode("author"), note: try row.decode("note"),
            createdAt: try row.decode("created_at"))
    }
}
