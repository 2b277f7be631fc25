import AsyncPostgres
import Foundation
import GleanerCore

extension AccountService {
    /// Lets somebody in whom the provider vouches for: one who came before, one who holds an invitation, or anybody when
    /// the configuration gives strangers a role. Names and addresses there decide nothing: people can change them.
    /// - Throws: `OIDCError.strangerRefused`, `AccountError.invitationOver`.
    func enter(
        _ identity: OIDCProvider.Identity, of configuration: OIDCConfiguration, invitation: Secret?
    ) async throws -> Secret {
        let issuer = configuration.issuer
        var person = try await people.known(issuer: issuer, subject: identity.subject)
        if person == nil, let invitation {
            person = try await people.accept(invitation, issuer: issuer, subject: identity.subject)
        }
        if person == nil, let role = configuration.role {
            person = try await welcome(identity, issuer: issuer, as: role)
        }
        guard let person, let project = try await people.projects(of: person.id).first else {
            try await audit.record("session.refused", of: "stranger", by: "door", in: nil)
            throw OIDCError.strangerRefused
        }
        return try await openSession(person, project)
    }

    private func welcome(
        _ identity: OIDCProvider.Identity, issuer: String, as role: Role
    ) async throws -> Person {
        let project = try await firstProject()
        let wanted = Self.handle(identity)
        for attempt in 0..<100 {
            let suffix = attempt == 0 ? "" : "-\(attempt + 1)"
            guard let handle = Handle(String(wanted.prefix(63 - suffix.count)) + suffix) else { break }
            let name = String(
                (identity.name ?? handle.description).unicodeScalars.prefix(100).filter { $0.value != 0 }.map(
                    Character.init))
            if let person = try await people.make(
                handle, name: name, issuer: issuer, subject: identity.subject, role: role, in: project)
            {
                try await audit.record(
                    "person.welcomed", of: handle.description, by: "oidc", in: project, ["role": role.rawValue])
                return person
            }
        }
        throw AccountError.handleTaken
    }

    /// What they are called there, as far as a handle can hold it.
    static func handle(_ identity: OIDCProvider.Identity) -> String {
        let source = identity.userName ?? identity.email ?? "person"
        let plain = source.lowercased().prefix { $0 != "@" }.unicodeScalars.map { scalar -> Character in
            switch scalar {
            case "a"..."z", "0"..."9", ".", "_", "-": Character(scalar)
            default: "-"
            }
        }
        let trimmed = String(plain.drop { $0 == "." || $0 == "-" || $0 == "_" }.prefix(63))
        return trimmed.isEmpty ? "person" : trimmed
    }
}

extension PeopleStore {
    func known(issuer: String, subject: String) async throws -> Person? {
        try await pool.query(
            """
            SELECT id, handle, name FROM gleaner.people
            WHERE oidc_issuer = \(issuer) AND oidc_subject = \(subject) AND disabled_at IS NULL
            """
        ).first.map(Self.person)
    }

    /// Uses an invitation up: its person signs in elsewhere from now on.
    func accept(_ secret: Secret, issuer: String, subject: String) async throws -> Person {
        try await pool.withTransaction { connection in
            let rows = try await connection.query(
                """
                DELETE FROM gleaner.invitations
                WHERE token_sha256 = \(secret.sha256) AND expires_at > now() AND person_id IS NOT NULL RETURNING person_id
                """)
            guard let row = rows.first else { throw AccountError.invitationOver }
            let changed = try await connection.query(
                """
                UPDATE gleaner.people SET oidc_issuer = \(issuer), oidc_subject = \(subject)
                WHERE id = \(try row.decode("person_id", as: UUID.self)) AND disabled_at IS NULL
                RETURNING id, handle, name
                """)
            guard let person = changed.first else { throw AccountError.invitationOver }
            return try Self.person(person)
        }
    }

    /// - Returns: `nil` when somebody has the handle.
    func make(
        _ handle: Handle, name: String, issuer: String, subject: String, role: Role, in project: ID<Project>
    ) async throws -> Person? {
        try await pool.withTransaction { connection in
            let made = try await connection.query(
                """
                INSERT INTO gleaner.people (id, handle, name, oidc_issuer, oidc_subject, created_at)
                VALUES (\(ID<Person>.new().uuid), \(handle.description), \(name), \(issuer), \(subject), now())
                ON CONFLICT (handle) DO NOTHING RETURNING id, handle, name
                """)
            guard let row = made.first else { return nil }
            let person = try Self.person(row)
            try await connection.query(
                """
                INSERT INTO gleaner.memberships (project_id, person_id, role, created_at)
                VALUES (\(project.uuid), \(person.id.uuid), \(role.rawValue), now())
                """)
            return person
        }
    }
}
