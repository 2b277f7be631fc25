import AsyncPostgres
import Foundation
import GleanerCore

/// People, their roles and their invitations in PostgreSQL.
struct PeopleStore: Sendable {
    let pool: PostgresPool

    // MARK: One person

    /// Who signs in with `handle`, and the password that they chose. Nobody who is disabled.
    func login(_ handle: Handle) async throws -> (person: Person, password: Password?)? {
        let rows = try await pool.query(
            """
            SELECT id, handle, name, password FROM gleaner.people
            WHERE handle = \(handle.description) AND disabled_at IS NULL
            """)
        guard let row = rows.first else { return nil }
        return (try Self.person(row), try row.decodeIfPresent("password", as: String.self).map { Password(text: $0) })
    }

    /// The projects that somebody is in, by name.
    func projects(of person: ID<Person>) async throws -> [MemberProject] {
        try await pool.query(
            """
            SELECT p.id, p.name, m.role FROM gleaner.memberships m JOIN gleaner.projects p ON p.id = m.project_id
            WHERE m.person_id = \(person.uuid) ORDER BY p.name
            """
        ).compactMap(Self.memberProject)
    }

    /// Takes effect for sessions that are open, too: they end, all but `session`.
    func setPassword(_ password: Password, of person: ID<Person>, keeping session: [UInt8]?) async throws {
        try await pool.query(
            """
            WITH changed AS (UPDATE gleaner.people SET password = \(password.text) WHERE id = \(person.uuid))
            DELETE FROM gleaner.login_sessions
            WHERE person_id = \(person.uuid) AND token_sha256 IS DISTINCT FROM \(session)
            """)
    }

    // MARK: A project's people

    struct Member: Sendable {
        let person: Person
        let role: Role
        let isDisabled: Bool
        /// They have chosen a password, or signed in elsewhere.
        let hasJoined: Bool
        let seenAt: Date?
    }

    func members(of project: ID<Project>) async throws -> [Member] {
        try await pool.query(
            """
            SELECT p.id, p.handle, p.name, m.role, p.disabled_at IS NOT NULL AS disabled,
                   p.password IS NOT NULL OR p.oidc_subject IS NOT NULL AS joined,
                   (SELECT max(s.seen_at) FROM gleaner.login_sessions s WHERE s.person_id = p.id) AS seen_at
            FROM gleaner.memberships m JOIN gleaner.people p ON p.id = m.person_id
            WHERE m.project_id = \(project.uuid) ORDER BY p.disabled_at IS NOT NULL, p.handle
            """
        ).compactMap { row in
            guard let role = Role(rawValue: try row.decode("role")) else { return nil }
            return Member(
                person: try Self.person(row), role: role, isDisabled: try row.decode("disabled"),
                hasJoined: try row.decode("joined"), seenAt: try row.decodeIfPresent("seen_at"))
        }
    }

    /// Gives `person` the role, or takes it away when `role` is `nil`. Their sessions end: what they may see has changed.
    /// - Throws: `AccountError.personUnknown` when they are not in the project; `.lastAdmin`.
    func setRole(_ role: Role?, of handle: Handle, in project: ID<Project>) async throws -> ID<Person> {
        try await pool.withTransaction { connection in
            // One change of a project's people at a time: two admins cannot remove each other.
            try await connection.query("SELECT 1 FROM gleaner.projects WHERE id = \(project.uuid) FOR UPDATE")
            let rows = try await connection.query(
                """
                SELECT p.id, m.role FROM gleaner.people p JOIN gleaner.memberships m ON m.person_id = p.id
                WHERE p.handle = \(handle.description) AND m.project_id = \(project.uuid)
                """)
            guard let row = rows.first else { throw AccountError.personUnknown }
            let person = ID<Person>(try row.decode("id", as: UUID.self))
            if try row.decode("role", as: String.self) == Role.admin.rawValue, role != .admin {
                let others = try await connection.query(
                    """
                    SELECT 1 FROM gleaner.memberships m JOIN gleaner.people p ON p.id = m.person_id
                    WHERE m.project_id = \(project.uuid) AND m.role = 'admin' AND m.person_id <> \(person.uuid)
                      AND p.disabled_at IS NULL LIMIT 1
                    """)
                guard !others.isEmpty else { throw AccountError.lastAdmin }
            }
            if let role {
                try await connection.query(
                    """
                    UPDATE gleaner.memberships SET role = \(role.rawValue)
                    WHERE project_id = \(project.uuid) AND person_id = \(person.uuid)
                    """)
            } else {
                try await connection.query(
                    "DELETE FROM gleaner.memberships WHERE project_id = \(project.uuid) AND person_id = \(person.uuid)")
            }
            try await connection.query("DELETE FROM gleaner.login_sessions WHERE person_id = \(person.uuid)")
            return person
        }
    }

    /// Adds somebody to a project, made if nobody has the handle; somebody who is in it keeps their role.
    func add(_ handle: Handle, name: String, role: Role, to project: ID<Project>) async throws -> ID<Person> {
        try await pool.withTransaction { connection in
            try await connection.query(
                """
                INSERT INTO gleaner.people (id, handle, name, created_at)
                VALUES (\(ID<Person>.new().uuid), \(handle.description), \(name), now()) ON CONFLICT (handle) DO NOTHING
                """)
            let rows = try await connection.query(
                "SELECT id FROM gleaner.people WHERE handle = \(handle.description) AND disabled_at IS NULL")
            guard let row = rows.first else { throw AccountError.handleTaken }
            let person = ID<Person>(try row.decode("id", as: UUID.self))
            try await connection.query(
                """
                INSERT INTO gleaner.memberships (project_id, person_id, role, created_at)
                VALUES (\(project.uuid), \(person.uuid), \(role.rawValue), now()) ON CONFLICT DO NOTHING
                """)
            return person
        }
    }

    // MARK: Invitations

    func hasPeople() async throws -> Bool {
        try await !pool.query("SELECT 1 FROM gleaner.people WHERE disabled_at IS NULL LIMIT 1").isEmpty
    }

    /// Keeps a link's token; those that the person had before are over. The first admin's has no person.
    func keepInvitation(_ secret: Secret, for person: ID<Person>?, by actor: String, lasting: Duration) async throws {
        try await pool.query(
            """
            WITH before AS (
                DELETE FROM gleaner.invitations
                WHERE person_id = \(person?.uuid) OR (\(person?.uuid) IS NULL AND person_id IS NULL) OR expires_at < now()
            )
            INSERT INTO gleaner.invitations (token_sha256, person_id, created_by, created_at, expires_at)
            VALUES (\(secret.sha256), \(person?.uuid), \(actor), now(),
                    now() + make_interval(secs => \(Double(lasting.components.seconds))))
            """)
    }

    /// Whose an invitation is. `nil` twice over: there is none.
    func invited(_ secret: Secret) async throws -> Person?? {
        let rows = try await pool.query(
            """
            SELECT p.id, p.handle, p.name FROM gleaner.invitations i LEFT JOIN gleaner.people p ON p.id = i.person_id
            WHERE i.token_sha256 = \(secret.sha256) AND i.expires_at > now() AND p.disabled_at IS NULL
            """)
        guard let row = rows.first else { return nil }
        return .some(try row.decodeIfPresent("id", as: UUID.self) == nil ? nil : try Self.person(row))
    }

    /// Uses an invitation up and gives the person their password; the first admin is made here.
    /// - Throws: `AccountError.invitationOver` when it is not there any more; nothing has happened then.
    func accept(_ secret: Secret, password: Password, first: (handle: Handle, name: String, project: ID<Project>)?)
        async throws -> Person
    {
        try await pool.withTransaction { connection in
            let rows = try await connection.query(
                """
                DELETE FROM gleaner.invitations WHERE token_sha256 = \(secret.sha256) AND expires_at > now()
                RETURNING person_id
                """)
            guard let row = rows.first else { throw AccountError.invitationOver }
            if let person = try row.decodeIfPresent("person_id", as: UUID.self) {
                let changed = try await connection.query(
                    """
                    UPDATE gleaner.people SET password = \(password.text)
                    WHERE id = \(person) AND disabled_at IS NULL RETURNING id, handle, name
                    """)
                guard let row = changed.first else { throw AccountError.invitationOver }
                try await connection.query("DELETE FROM gleaner.login_sessions WHERE person_id = \(person)")
                return try Self.person(row)
            }
            guard let first else { throw AccountError.invitationOver }
            let made = try await connection.query(
                """
                INSERT INTO gleaner.people (id, handle, name, password, created_at)
                VALUES (\(ID<Person>.new().uuid), \(first.handle.description), \(first.name), \(password.text), now())
                ON CONFLICT (handle) DO NOTHING RETURNING id, handle, name
                """)
            guard let row = made.first else { throw AccountError.handleTaken }
            let person = try Self.person(row)
            try await connection.query(
                """
                INSERT INTO gleaner.memberships (project_id, person_id, role, created_at)
                VALUES (\(first.project.uuid), \(person.id.uuid), 'admin', now())
                """)
            return person
        }
    }

    static func person(_ row: PostgresRow) throws -> Person {
        guard let handle = Handle(try row.decode("handle", as: String.self)) else { throw AccountError.handleInvalid }
        return Person(id: ID(try row.decode("id", as: UUID.self)), handle: handle, name: try row.decode("name"))
    }

    static func memberProject(_ row: PostgresRow) throws -> MemberProject? {
        guard let role = Role(rawValue: try row.decode("role")) else { return nil }
        return MemberProject(
            id: ID(try row.decode("id", as: UUID.self)), name: try row.decode("name"), role: role)
    }
}
