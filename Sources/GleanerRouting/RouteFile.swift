import Foundation
import GleanerCore

/// The last routes in a file of this instance, so that one that starts without PostgreSQL still routes.
///
/// Shape: `{"salt": base64, "projects": {id: {"version", "routes"}}}`, readable for its owner alone.
struct RouteFile: Sendable {
    private struct Content: Codable {
        struct Table: Codable {
            let version: Int64
            let routes: [Route]
        }
        let salt: Data
        let projects: [String: Table]
    }

    let path: String

    /// - Returns: `nil` when there is no file, or none that can be read.
    func read() -> (tables: [ID<Project>: RouteTable], salt: RouteSalt)? {
        guard let data = FileManager.default.contents(atPath: path),
            let content = try? JSONDecoder().decode(Content.self, from: data), content.salt.count == 32
        else { return nil }
        let salt = RouteSalt(Array(content.salt))
        let tables = content.projects.compactMap { id, table in
            ID<Project>(id).map { ($0, RouteTable(version: table.version, routes: table.routes, salt: salt)) }
        }
        return (Dictionary(tables) { first, _ in first }, salt)
    }

    func write(_ tables: [ID<Project>: RouteTable], salt: RouteSalt) throws {
        let projects = tables.map { id, table in
            let routes = table.routes.values.sorted { $0.name < $1.name }
            return (id.description, Content.Table(version: table.version, routes: routes))
        }
        let content = Content(salt: Data(salt.bytes), projects: Dictionary(projects) { first, _ in first })
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try PrivateFile.write(try encoder.encode(content), to: path)
    }
}
