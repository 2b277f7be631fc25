import AsyncPostgres
import Foundation
import GleanerCore

/// Sessions in PostgreSQL. Asked for with every request, so that one that was ended is over at once, on every instance.
struct SessionStore: Sendable {
    static let idle = Duration.seconds(12 * 3600)
    static let longest = Duration.seconds(7 * 86_400)

    struct Session: Sendable {
        let person: Person
        let project: MemberProject
    }

    let pool: PostgresPool

    func open(_ secret: Secret, person: ID<Person>, project: ID<Project>) async throws {
        try await pool.query(
            """
            WITH over AS (DELETE FROM gleaner.login_sessions WHERE expires_at < now())
            INSERT INTO gleaner.login_sessions (token_sha256, person_id, project_id, created_at, seen_at, expires_at)
            VALUES (\(secret.sha256), \(person.uuid), \(project.uuid), now(), now(),
                    now() + make_interval(secs => \(Double(Self.longest.components.seconds))))
            """)
    }

    /// Who is signed in with it, in the project they look at; `nil` when it is over, or they are not in that project.
    func find(_ secret: Secret) async throws -> Session? {
        let rows = try await pool.query(
            """
            SELECT p.id AS person_id, p.handle, p.name AS person_name, j.id, j.name, m.role,
                   s.seen_at < now() - interval '1 minute' AS is_due
            FROM gleaner.login_sessions s
            JOIN gleaner.people p ON p.id = s.person_id AND p.disabled_at IS NULL
            JOIN gleaner.memberships m ON m.person_id = s.person_id AND m.project_id = s.project_id
            JOIN gleaner.projects j ON j.id = s.project_id
            WHERE s.token_sha256 = \(secret.sha256) AND s.expires_at > now()
              AND s.seen_at > now() - make_interval(secs => \(Double(Self.idle.components.seconds)))
            """, timeout: .seconds(5))
        guard let row = rows.first, let project = try PeopleStore.memberProject(row),
            let handle = Handle(try row.decode("handle", as: String.self))
        else { return nil }
        if try row.decode("is_due", as: Bool.self) {
            try await pool.query(
                "UPDATE gleaner.login_sessions SET seen_at = now() WHERE token_sha256 = \(secret.sha256)")
        }
        return Session(
            person: Person(
                id: ID(try row.decode("person_id", as: UUID.self)), handle: handle, name: try row.decode("person_name")),
            project: project)
    }

    func end(_ tokenSHA256: [UInt8]) async throws {
        try await pool.query("DELETE FROM gleaner.login_sessions WHERE token_sha256 = \(tokenSHA256)")
    }

    /// Shows another of the person's projects from now on.
    /// - Returns: `false` when they are not in it.
    func look(at project: ID<Project>, with tokenSHA256: [UInt8]) async throws -> Bool {
        try await pool.query(
            """
            UPDATE gleaner.login_sessions s SET project_id = \(project.uuid)
            WHERE token_sha256 = \(tokenSHA256)
              AND EXISTS (SELECT 1 FROM gleaner.memberships m
                          WHERE m.person_id = s.person_id AND m.project_id = \(project.uuid))
            """
        ).affected == 1
    }
}
