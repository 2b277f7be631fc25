import AsyncPostgres
import GleanerCore
import GleanerTestSupport
import Testing

@testable import GleanerConsole

@Suite("Accounts", .database)
struct AccountTests {
    private struct World {
        let accounts: AccountService
        let project: ID<Project>
        var pool: PostgresPool { accounts.people.pool }

        init() async throws {
            let pool = TestDatabase.current.pool
            let project = ID<Project>.new()
            try await pool.query(
                "INSERT INTO gleaner.projects (id, name, created_at) VALUES (\(project.uuid), 'bot', now())")
            self.project = project
            // A guess costs a thousandth of what it does outside: the rules are the same.
            accounts = AccountService(pool: pool, costs: .init(logN: 10, blockSize: 8, parallelism: 1)) { project }
        }

        /// Somebody who has chosen a password.
        func join(_ handle: String, _ role: Role) async throws -> Secret {
            let link = try await accounts.invite(handle, name: handle, role: role, to: project, by: "test")
            return try await accounts.accept(
                link, password: password, again: password, handle: nil, name: nil)
        }
        let password = "do din ki chandni"
    }

    @Test("the first one to come names themselves, and is the admin; the link works once")
    func firstAdmin() async throws {
        let world = try await World()
        let link = try #require(try await world.accounts.firstInvitation())
        let secret = try await world.accounts.accept(
            link, password: world.password, again: world.password, handle: "Asha", name: "Asha R")
        let session = try #require(try await world.accounts.sessions.find(secret))
        #expect(session.person.handle.description == "asha")
        #expect(session.project.role == .admin)
        #expect(try await world.accounts.firstInvitation() == nil)
        await #expect(throws: AccountError.invitationOver) {
            try await world.accounts.accept(
                link, password: world.password, again: world.password, handle: "eve", name: nil)
        }
    }

    @Test("of two who use the first link at once, one becomes the admin")
    func firstAdminRace() async throws {
        let world = try await World()
        let link = try #require(try await world.accounts.firstInvitation())
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for name in ["asha", "ravi", "eve"] {
                group.addTask {
                    (try? await world.accounts.accept(
                        link, password: world.password, again: world.password, handle: name, name: nil)) != nil
                }
            }
            return await group.reduce(into: [Bool]()) { $0.append($1) }
        }
        #expect(outcomes.filter { $0 }.count == 1)
        #expect(try await world.accounts.people.members(of: world.project).count == 1)
    }

    @Test("wrong passwords, unknown names and people without a role get one answer")
    func refused() async throws {
        let world = try await World()
        _ = try await world.join("asha", .lead)
        _ = try await world.join("ravi", .lead)
        _ = try await world.join("root", .admin)
        try await world.accounts.setRole(nil, of: "ravi", in: world.project, by: "root")
        for (name, password) in [
            ("asha", "wrong wrong wrong"), ("nobody", world.password), ("ravi", world.password), ("", ""),
        ] {
            await #expect(throws: AccountError.signInRefused) {
                try await world.accounts.signIn(name, password, from: "10.0.0.1")
            }
        }
        _ = try await world.accounts.signIn("Asha", world.password, from: "10.0.0.1")
    }

    @Test("after ten failures even the right password waits")
    func guessing() async throws {
        let world = try await World()
        _ = try await world.join("asha", .lead)
        for _ in 0..<10 { _ = try? await world.accounts.signIn("asha", "nope nope nope", from: "10.0.0.1") }
        do {
            _ = try await world.accounts.signIn("asha", world.password, from: "10.0.0.2")
            Issue.record("it was let in")
        } catch AccountError.tooManyGuesses(let wait) { #expect(wait > .seconds(800)) }
    }

    @Test("a session ends by signing out, by a new role and by a new password; each sign-in has a secret of its own")
    func sessionsEnd() async throws {
        let world = try await World()
        let sessions = world.accounts.sessions
        _ = try await world.join("root", .admin)
        var secret = try await world.join("asha", .viewer)
        let other = try await world.accounts.signIn("asha", world.password, from: "a")
        #expect(secret.text != other.text)
        try await sessions.end(secret.sha256)
        #expect(try await sessions.find(secret) == nil)
        #expect(try await sessions.find(other) != nil)

        try await world.accounts.setRole(.lead, of: "asha", in: world.project, by: "root")
        #expect(try await sessions.find(other) == nil)

        secret = try await world.accounts.signIn("asha", world.password, from: "a")
        let second = try await world.accounts.signIn("asha", world.password, from: "a")
        let person = try #require(try await sessions.find(secret)).person
        try await world.accounts.changePassword(
            person, from: world.password, to: "naya password 9", session: secret.sha256)
        #expect(try await sessions.find(second) == nil)
        #expect(try await sessions.find(secret) != nil)
        await #expect(throws: AccountError.signInRefused) {
            try await world.accounts.signIn("asha", world.password, from: "a")
        }
    }

    @Test("a session unused for twelve hours is over, and so is one of eight days, however busy")
    func expiry() async throws {
        let world = try await World()
        let secret = try await world.join("asha", .lead)
        try await world.pool.query("UPDATE gleaner.login_sessions SET seen_at = now() - interval '12 hours 1 minute'")
        #expect(try await world.accounts.sessions.find(secret) == nil)
        try await world.pool.query(
            "UPDATE gleaner.login_sessions SET seen_at = now(), expires_at = now() - interval '1 second'")
        #expect(try await world.accounts.sessions.find(secret) == nil)
    }

    @Test("a project keeps its last admin")
    func lastAdmin() async throws {
        let world = try await World()
        _ = try await world.join("asha", .admin)
        for role in [Role.lead, nil] {
            await #expect(throws: AccountError.lastAdmin) {
                try await world.accounts.setRole(role, of: "asha", in: world.project, by: "asha")
            }
        }
        _ = try await world.join("ravi", .admin)
        try await world.accounts.setRole(.lead, of: "asha", in: world.project, by: "ravi")
    }

    @Test("a new link replaces the one before")
    func renewedLink() async throws {
        let world = try await World()
        let first = try await world.accounts.invite("asha", name: "Asha", role: .lead, to: world.project, by: "root")
        let second = try await world.accounts.renewLink(of: "asha", in: world.project, by: "root")
        await #expect(throws: AccountError.invitationOver) {
            try await world.accounts.accept(
                first, password: world.password, again: world.password, handle: nil, name: nil)
        }
        _ = try await world.accounts.accept(
            second, password: world.password, again: world.password, handle: nil, name: nil)
    }

    @Test("neither cookies nor links nor passwords are in the database")
    func nothingToSteal() async throws {
        let world = try await World()
        let secret = try await world.join("asha", .lead)
        let link = try await world.accounts.renewLink(of: "asha", in: world.project, by: "root")
        var dump = ""
        for table in ["people", "login_sessions", "invitations", "audit_events"] {
            for row in try await world.pool.query(
                "SELECT to_jsonb(t)::text AS line FROM gleaner.\(identifier: table) t")
            {
                dump += try row.decode("line", as: String.self)
            }
        }
        #expect(dump.contains("asha"))
        for text in [secret.text, link, world.password] { #expect(!dump.contains(text)) }
    }
}
