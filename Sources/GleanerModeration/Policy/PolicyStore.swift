public import AsyncPostgres
import Foundation
public import GleanerCore

/// The table `gleaner.moderation_policies`. Whoever listens on `gleaner_moderation` hears of each change.
public struct PolicyStore: Sendable {
    public static let channel = "gleaner_moderation"

    let pool: PostgresPool

    public init(pool: PostgresPool) { self.pool = pool }

    /// The version in force; the built-in one when there is none.
    public func current(of project: ID<Project>) async throws -> PolicyVersion {
        let rows = try await pool.query(
            """
            SELECT version, document, author, note, created_at FROM gleaner.moderation_policies
            WHERE project_id = \(project.uuid) ORDER BY version DESC LIMIT 1
            """)
        return try rows.first.map(Self.version) ?? .builtIn
    }

    /// - Throws: `ModerationError.policyUnknown`.
    public func version(_ version: Int64, of project: ID<Project>) async throws -> PolicyVersion {
        if version == 0 { return .builtIn }
        let rows = try await pool.query(
            """
            SELECT version, document, author, note, created_at FROM gleaner.moderation_policies
            WHERE project_id = \(project.uuid) AND version = \(version)
            """)
        guard let row = rows.first else { throw ModerationError.policyUnknown(version) }
        return try Self.version(row)
    }

    /// Newest first.
    public func versions(of project: ID<Project>, limit: Int) async throws -> [PolicyVersion] {
        try await pool.query(
            """
            SELECT version, document, author, note, created_at FROM gleaner.moderation_policies
            WHERE project_id = \(project.uuid) ORDER BY version DESC LIMIT \(limit)
            """
        ).map(Self.version)
    }

    /// Projects that have a policy of their own, and the version in force.
    func heads() async throws -> [ID<Project>: Int64] {
        var heads: [ID<Project>: Int64] = [:]
        for row in try await pool.query(
            "SELECT project_id, max(version) AS version FROM gleaner.moderation_policies GROUP BY project_id")
        {
            heads[ID(try row.decode("project_id"))] = try row.decode("version", as: Int64.self)
        }
        return heads
    }

    /// The versions of `heads`. One that this release cannot read leaves the one before in force; where there is none, the
    /// project is sealed.
    /// - Parameter unreadable: told of each, with why.
    func inForce(
        heads: [ID<Project>: Int64], before: [ID<Project>: PolicyVersion],
        unreadable: (ID<Project>, any Error) -> Void
    ) async throws -> [ID<Project>: PolicyVersion] {
        var policies: [ID<Project>: PolicyVersion] = [:]
        for (project, version) in heads {
            if let known = before[project], known.version == version, !known.isSealed {
                policies[project] = known
                continue
            }
            do {
                policies[project] = try await self.version(version, of: project)
            } catch let error as PostgresError where error.isTransient {
                throw error
            } catch {
                unreadable(project, error)
                policies[project] = before[project] ?? .sealed(version)
            }
        }
        return policies
    }

    /// Makes `policy` the one in force. One that changes nothing makes no version.
    /// - Parameter expected: the version the author has seen.
    /// - Throws: `ModerationError.policyConflict` when another is in force by now.
    public func put(
        _ policy: ModerationPolicy, of project: ID<Project>, author: String, note: String, expected: Int64?
    ) async throws -> PolicyVersion {
        let document = JSONB(bytes: try policy.document.canonicalBytes())
        return try await pool.withTransaction { connection in
            // One author at a time; the table has no row to lock before the first version.
            try await connection.query(
                "SELECT pg_advisory_xact_lock(hashtext('gleaner.moderation_policies'), hashtext(\(project.description)))"
            )
            let head =
                try await connection.query(
                    """
                    SELECT version, document, author, note, created_at FROM gleaner.moderation_policies
                    WHERE project_id = \(project.uuid) ORDER BY version DESC LIMIT 1
                    """
                ).first.map(Self.version) ?? .builtIn
            if let expected, expected != head.version {
                throw ModerationError.policyConflict(expected: expected, found: head.version)
            }
            if head.policy == policy { return head }
            let row = try await connection.query(
                """
                INSERT INTO gleaner.moderation_policies (project_id, version, document, author, note, created_at)
                VALUES (\(project.uuid), \(head.version + 1), \(document), \(author), \(note), clock_timestamp())
                RETURNING version, document, author, note, created_at
                """)[0]
            return try Self.version(row)
        }
    }

    private static func version(_ row: PostgresRow) throws -> PolicyVersion {
        PolicyVersion(
            version: try row.decode("version"),
            policy: try ModerationPolicy(stored: JSONValue(parsing: row.decode("document", as: JSONB.self).bytes)),
            author: try row.decode("author"), note: try row.decode("note"), at: try row.decode("created_at"))
    }
}
