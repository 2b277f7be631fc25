public import AsyncPostgres
public import Foundation
public import GleanerCore

/// Projects and their keys.
public struct PostgresKeyStore: Sendable {
    public struct Key: Sendable {
        public let id: ID<APIKey>
        public let project: String
        public let name: String
        public let scopes: [Scope]
        public let createdAt: Date
        public let expiresAt: Date?
        public let revokedAt: Date?
        public let limits: KeyLimits
    }

    let pool: PostgresPool

    public init(pool: PostgresPool) { self.pool = pool }

    /// The project called `name`, made when there is none.
    public func project(named name: String) async throws -> ID<Project> {
        try await pool.query(
            """
            INSERT INTO gleaner.projects (id, name, created_at) VALUES (\(ID<Project>.new().uuid), \(name), now())
            ON CONFLICT (name) DO NOTHING
            """)
        return try await existingProject(named: name)
    }

    /// - Throws: `KeyError.projectUnknown`.
    public func existingProject(named name: String) async throws -> ID<Project> {
        let rows = try await pool.query("SELECT id FROM gleaner.projects WHERE name = \(name)")
        guard let row = rows.first else { throw KeyError.projectUnknown(name) }
        return ID(try row.decode("id", as: UUID.self))
    }

    /// Makes a key and returns its token, which nobody can read again.
    public func create(
        project: ID<Project>, name: String, scopes: Set<Scope>, expiresAt: Date? = nil
    ) async throws -> String {
        let token = APIToken.random()
        try await pool.query(
            """
            INSERT INTO gleaner.api_keys (id, project_id, name, secret_sha256, scopes, created_at, expires_at)
            VALUES (\(ID<APIKey>.new().uuid), \(project.uuid), \(name), \(token.sha256),
                    \(PostgresArray(scopes.map(\.rawValue).sorted())), now(), \(expiresAt))
            """)
        return token.text
    }

    public func list() async throws -> [Key] {
        try await pool.query(
            """
            SELECT k.id, p.name AS project, k.name, k.scopes, k.created_at, k.expires_at, k.revoked_at,
                   k.max_concurrent, k.rate_count, k.rate_seconds, k.client_gone, k.feedback_tokens
            FROM gleaner.api_keys k JOIN gleaner.projects p ON p.id = k.project_id ORDER BY k.created_at
            """
        ).map { row in
            Key(
                id: ID(try row.decode("id", as: UUID.self)), project: try row.decode("project"),
                name: try row.decode("name"),
                scopes: try row.decode("scopes", as: PostgresArray<String>.self).elements.compactMap(Scope.init),
                createdAt: try row.decode("created_at"), expiresAt: try row.decodeIfPresent("expires_at"),
                revokedAt: try row.decodeIfPresent("revoked_at"), limits: try Self.limits(row))
        }
    }

    /// - Returns: `false` when there is no such key, or it was revoked before.
    public func revoke(_ id: ID<APIKey>) async throws -> Bool {
        try await pool.query(
            "UPDATE gleaner.api_keys SET revoked_at = now() WHERE id = \(id.uuid) AND revoked_at IS NULL"
        ).affected == 1
    }

    func hasKeys() async throws -> Bool {
        try await !pool.query("SELECT 1 FROM gleaner.api_keys LIMIT 1").isEmpty
    }

    /// Who shows this token; `nil` when nobody may.
    func caller(_ token: APIToken) async throws -> Caller? {
        let rows = try await pool.query(
            """
            SELECT id, project_id, name, scopes, max_concurrent, rate_count, rate_seconds, client_gone, feedback_tokens
            FROM gleaner.api_keys
            WHERE secret_sha256 = \(token.sha256) AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
            """, timeout: .seconds(2))
        guard let row = rows.first else { return nil }
        return Caller(
            project: ID(try row.decode("project_id", as: UUID.self)), key: ID(try row.decode("id", as: UUID.self)),
            keyName: try row.decode("name"),
            scopes: Set(try row.decode("scopes", as: PostgresArray<String>.self).elements.compactMap(Scope.init)),
            limits: try Self.limits(row))
    }
}

public enum KeyError: Explained, Hashable {
    case projectUnknown(String)
    case keyUnknown(String)

    public var explanation: Explanation {
        switch self {
        case .projectUnknown(let name):
            Explanation(
                status: 404, code: "project_unknown", what: "There is no project `\(name)`.",
                why: "Project names are lower case letters, digits, - and _, at most 63.", fix: "Choose such a name.")
        case .keyUnknown(let id):
            Explanation(
                status: 404, code: "key_unknown", what: "There is no key \(id).",
                why: "The id is wrong, or the key to revoke was revoked before.", fix: "See `gleaner keys list`.")
        }
    }
}
