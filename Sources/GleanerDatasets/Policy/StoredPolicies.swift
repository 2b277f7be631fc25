import AsyncPostgres
public import Foundation
public import GleanerCore

/// A policy as it is kept: each change is a new version.
public struct StoredPolicy: Sendable, Hashable, Codable {
    public let name: String
    public let version: Int
    public let document: JSONValue
    public let createdAt: Date

    enum CodingKeys: String, CodingKey {
        case name, version, document
        case createdAt = "created_at"
    }
}

extension DatasetService {
    /// Keeps a policy without building by it. The same document again is the same version.
    public func save(_ policy: PromotionPolicy, in project: ID<Project>) async throws -> StoredPolicy {
        try policy.check()
        try await store.pool.withTransaction { connection in
            _ = try await store.keep(policy, of: project, on: connection)
        }
        return try await storedPolicy(policy.name, version: nil, in: project)
    }

    /// The newest version of each, by name.
    public func policies(of project: ID<Project>) async throws -> [StoredPolicy] {
        try await store.pool.query(
            """
            SELECT DISTINCT ON (name) name, version, document, created_at FROM gleaner.promotion_policies
            WHERE project_id = \(project.uuid) ORDER BY name, version DESC
            """
        ).map(StoredPolicy.init)
    }

    /// - Parameter version: `nil` for the newest.
    /// - Throws: `DatasetError.policyUnknown`.
    public func storedPolicy(_ name: String, version: Int?, in project: ID<Project>) async throws -> StoredPolicy {
        let number = version.flatMap { Int32(exactly: $0) }
        guard !name.utf8.contains(0), (number == nil) == (version == nil),
            let row = try await store.pool.query(
                """
                SELECT name, version, document, created_at FROM gleaner.promotion_policies
                WHERE project_id = \(project.uuid) AND name = \(name) AND (\(number) IS NULL OR version = \(number))
                ORDER BY version DESC LIMIT 1
                """
            ).first
        else { throw DatasetError.policyUnknown(name) }
        return try StoredPolicy(row)
    }
}

extension StoredPolicy {
    fileprivate init(_ row: PostgresRow) throws {
        self.init(
            name: try row.decode("name"), version: try row.decode("version"),
            document: try JSONValue(parsing: row.decode("document", as: JSONB.self).bytes),
            createdAt: try row.decode("created_at"))
    }
}
