import AsyncPostgres
import Foundation
import GleanerCore
import Synchronization

/// Rubrics of projects, and those that are part of Gleaner.
final class RubricStore: Sendable {
    private struct Key: Hashable {
        let project: ID<Project>
        let reference: String
    }
    let pool: PostgresPool
    /// A version never changes, so what was read once stays right.
    private let known = Mutex<[Key: Rubric]>([:])

    init(pool: PostgresPool) { self.pool = pool }

    /// - Throws: `ReviewError.rubricUnknown`.
    func rubric(_ reference: String, in project: ID<Project>) async throws -> Rubric {
        if let standard = Rubric.builtIn.first(where: { $0.reference == reference }) { return standard }
        let key = Key(project: project, reference: reference)
        if let rubric = known.withLock({ $0[key] }) { return rubric }
        guard let (name, version) = Rubric.parts(of: reference), !name.utf8.contains(0) else {
            throw ReviewError.rubricUnknown
        }
        let row = try await pool.query(
            """
            SELECT name, version, document FROM gleaner.rubrics
            WHERE project_id = \(project.uuid) AND name = \(name) AND version = \(Int32(version))
            """
        ).first
        guard let row else { throw ReviewError.rubricUnknown }
        let rubric = try Self.rubric(row)
        known.withLock { $0[key] = rubric }
        return rubric
    }

    /// Every version, newest first within a name.
    func all(of project: ID<Project>) async throws -> [Rubric] {
        let own = try await pool.query(
            """
            SELECT name, version, document FROM gleaner.rubrics
            WHERE project_id = \(project.uuid) ORDER BY name, version DESC LIMIT 1000
            """
        ).map(Self.rubric)
        return (own + Rubric.builtIn).sorted { ($0.name, $1.version) < ($1.name, $0.version) }
    }

    /// - Returns: the new version, or the newest one when it says the same already.
    func add(_ document: RubricDocument, named name: String, in project: ID<Project>, by author: String) async throws
        -> Rubric
    {
        let json = JSONB(bytes: Array(try JSONEncoder().encode(document)))
        return try await pool.withTransaction { connection in
            try await connection.query("SELECT 1 FROM gleaner.projects WHERE id = \(project.uuid) FOR UPDATE")
            let newest = try await connection.query(
                """
                SELECT name, version, document, document = \(json) AS same FROM gleaner.rubrics
                WHERE project_id = \(project.uuid) AND name = \(name) ORDER BY version DESC LIMIT 1
                """
            ).first
            if let newest, try newest.decode("same", as: Bool.self) { return try Self.rubric(newest) }
            let standard = Rubric.builtIn.filter { $0.name == name }.map(\.version).max() ?? 0
            let version = max(standard, try newest?.decode("version", as: Int.self) ?? 0) + 1
            try await connection.query(
                """
                INSERT INTO gleaner.rubrics (project_id, name, version, document, created_by, created_at)
                VALUES (\(project.uuid), \(name), \(Int32(version)), \(json), \(author), now())
                """)
            return Rubric(name: name, version: version, document: document)
        }
    }

    private static func rubric(_ row: PostgresRow) throws -> Rubric {
        let document = try row.decode("document", as: JSONB.self)
        return Rubric(
            name: try row.decode("name"), version: try row.decode("version"),
            document: try JSONDecoder().decode(RubricDocument.self, from: Data(document.bytes)))
    }
}
