public import AsyncPostgres
public import Foundation
public import GleanerCore
import Logging

/// Signing in and out, and who may: the rules around people.
public struct AccountService: Sendable {
    static let invitationLasts = Duration.seconds(72 * 3600)
    static let firstInvitationLasts = Duration.seconds(24 * 3600)

    let people: PeopleStore
    let sessions: SessionStore
    let audit: AuditLog
    private let passwords: PasswordDesk
    private let guesses = GuessLimits()
    let firstProject: @Sendable () async throws -> ID<Project>

    /// - Parameter firstProject: the project that the first admin gets.
    public init(pool: PostgresPool, firstProject: @escaping @Sendable () async throws -> ID<Project>) {
        self.init(pool: pool, costs: .standard, firstProject: firstProject)
    }

    init(
        pool: PostgresPool, costs: Password.Costs, firstProject: @escaping @Sendable () async throws -> ID<Project>
    ) {
        passwords = PasswordDesk(costs: costs)
        people = PeopleStore(pool: pool)
        sessions = SessionStore(pool: pool)
        audit = AuditLog(pool: pool)
        self.firstProject = firstProject
    }

    // MARK: At the door

    /// - Returns: the new session's secret.
    /// - Throws: `AccountError.signInRefused`, whatever the reason; `.tooManyGuesses`; `.busy`.
    func signIn(_ name: String, _ password: String, from address: String) async throws -> Secret {
        let name = name.lowercased()
        try guesses.check(account: name, address: address)
        let login = try await Handle(name).asyncFlatMap { try await people.login($0) }
        // Whoever it is, the check takes its time.
        let isRight = try await passwords.matches(password, login?.password)
        guard let person = login?.person, isRight, let project = try await people.projects(of: person.id).first else {
            guesses.failed(account: name, address: address)
            try await audit.record("session.refused", of: String(name.prefix(64)), by: "door", in: nil)
            throw AccountError.signInRefused
        }
        guesses.succeeded(account: name)
        return try await openSession(person, project)
    }

    func openSession(_ person: Person, _ project: MemberProject) async throws -> Secret {
        let secret = Secret.random()
        try await sessions.open(secret, person: person.id, project: project.id)
        try await audit.record(
            "session.opened", of: person.handle.description, by: person.handle.description, in: project.id)
        return secret
    }

    func changePassword(_ person: Person, from current: String, to new: String, session: [UInt8]) async throws {
        let name = person.handle.description
        try guesses.check(account: name, address: name)
        guard let kept = try await people.login(person.handle)?.password,
            try await passwords.matches(current, kept)
        else {
            guesses.failed(account: name, address: name)
            throw AccountError.signInRefused
        }
        let password = try await passwords.make(new, handle: person.handle)
        try await people.setPassword(password, of: person.id, keeping: session)
        try await audit.record("password.changed", of: name, by: name, in: nil)
    }

    // MARK: Invitations

    /// The token of the first admin's link; `nil` once somebody can sign in.
    public func firstInvitation() async throws -> String? {
        guard try await !people.hasPeople() else { return nil }
        let secret = Secret.random()
        try await people.keepInvitation(secret, for: nil, by: "start", lasting: Self.firstInvitationLasts)
        return secret.text
    }

    /// Adds somebody to a project and makes the link with which they choose a password.
    /// - Returns: the link's token, which nobody can read again.
    public func invite(
        _ handle: String, name: String, role: Role, to project: ID<Project>, by actor: String
    ) async throws -> String {
        guard let handle = Handle(handle) else { throw AccountError.handleInvalid }
        let person = try await people.add(handle, name: name, role: role, to: project)
        try await audit.record(
            "person.invited", of: handle.description, by: actor, in: project, ["role": role.rawValue])
        return try await newLink(person, by: actor)
    }

    /// A new link for somebody who has lost theirs, or their password. What they had stays good until they use it.
    func renewLink(of handle: String, in project: ID<Project>, by actor: String) async throws -> String {
        let member = try await people.members(of: project).first { $0.person.handle.description == handle }
        guard let member, !member.isDisabled else { throw AccountError.personUnknown }
        try await audit.record("person.link_renewed", of: handle, by: actor, in: project)
        return try await newLink(member.person.id, by: actor)
    }

    private func newLink(_ person: ID<Person>, by actor: String) async throws -> String {
        let secret = Secret.random()
        try await people.keepInvitation(secret, for: person, by: actor, lasting: Self.invitationLasts)
        return secret.text
    }

    /// Uses a link: the person gets the password and is signed in. The first admin brings a handle and a name.
    func accept(_ token: String, password: String, again: String, handle: String?, name: String?) async throws -> Secret
    {
        guard let secret = Secret(parsing: token), let invited = try await people.invited(secret) else {
            throw AccountError.invitationOver
        }
        guard password == again else { throw AccountError.passwordsDiffer }
        let person: Person
        if let invited {
            let made = try await passwords.make(password, handle: invited.handle)
            person = try await people.accept(secret, password: made, first: nil)
        } else {
            guard let handle = handle.flatMap({ Handle($0.lowercased()) }) else { throw AccountError.handleInvalid }
            let made = try await passwords.make(password, handle: handle)
            person = try await people.accept(
                secret, password: made, first: (handle, name ?? handle.description, try await firstProject()))
            try await audit.record("person.first_admin", of: handle.description, by: handle.description, in: nil)
        }
        guard let project = try await people.projects(of: person.id).first else { throw AccountError.signInRefused }
        return try await openSession(person, project)
    }

    // MARK: Roles

    /// A project's people as a script reads them.
    public struct Listed: Encodable, Sendable {
        public let handle: String
        public let name: String
        public let role: String
        public let has_joined: Bool
        public let is_disabled: Bool
        public let seen_at: Date?
    }

    public func list(of project: ID<Project>) async throws -> [Listed] {
        try await people.members(of: project).map {
            Listed(
                handle: $0.person.handle.description, name: $0.person.name, role: $0.role.rawValue,
                has_joined: $0.hasJoined, is_disabled: $0.isDisabled, seen_at: $0.seenAt)
        }
    }

    /// - Parameter role: `nil` takes somebody out of the project.
    public func setRole(_ role: Role?, of handle: String, in project: ID<Project>, by actor: String) async throws {
        guard let handle = Handle(handle) else { throw AccountError.personUnknown }
        _ = try await people.setRole(role, of: handle, in: project)
        try await audit.record(
            "role.given", of: handle.description, by: actor, in: project, ["role": role?.rawValue ?? "none"])
    }
}

extension Optional where Wrapped: Sendable {
    func asyncFlatMap<Value: Sendable>(_ transform: (Wrapped) async throws -> Value?) async rethrows -> Value? {
        guard let self else { return nil }
        return try await transform(self)
    }
}
