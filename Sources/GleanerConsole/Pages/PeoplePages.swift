import Foundation
import GleanerCore
import Hummingbird

/// `/people`: who is in the project, with what role; invitations.
struct PeoplePages: Sendable {
    struct View: Sendable {
        struct RoleChoice: Sendable {
            let name: String
            let isChosen: Bool
        }
        struct Row: Sendable {
            let handle: String
            let name: String
            let roles: [RoleChoice]
            let isSelf: Bool
            let hasJoined: Bool
            let seenAt: String?
        }
        let rows: [Row]
        let roles: [RoleMeaning]
        /// A link just made; shown this once.
        var link: String?
        var linkFor: String?
    }
    struct RoleMeaning: Sendable {
        let name: String
        let meaning: String
    }

    let accounts: AccountService

    func add(to console: ConsoleRouter) {
        console.page("people", for: .admin) { visit in page(try await view(visit)) }
        console.action("people/invite", for: .admin, invite)
        console.action("people/role", for: .admin, setRole)
        console.action("people/link", for: .admin, renewLink)
    }

    private func page(_ view: View) -> Page { Page("people", title: "People", view: view) }

    private func view(_ visit: Visit) async throws -> View {
        let rows = try await accounts.people.members(of: visit.project.id).map { member in
            View.Row(
                handle: member.person.handle.description, name: member.person.name,
                roles: Role.allCases.map { .init(name: $0.rawValue, isChosen: $0 == member.role) },
                isSelf: member.person.id == visit.person.id, hasJoined: member.hasJoined,
                seenAt: member.seenAt.map { $0.ISO8601Format() })
        }
        return View(rows: rows, roles: Role.allCases.map { RoleMeaning(name: $0.rawValue, meaning: Self.meaning($0)) })
    }

    private func invite(_ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        try form.allow("handle", "name", "role")
        let handle = try form.required("handle").lowercased()
        let role = try role(form)
        let name = try form.text("name") ?? handle
        guard name.unicodeScalars.count <= 100 else { throw FormError.field("name", "has more than 100 characters") }
        let token = try await accounts.invite(
            handle, name: name, role: role, to: visit.project.id, by: visit.person.handle.description)
        return try await shown(token, for: handle, visit)
    }

    private func renewLink(_ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        try form.allow("handle")
        let handle = try form.required("handle")
        let token = try await accounts.renewLink(
            of: handle, in: visit.project.id, by: visit.person.handle.description)
        return try await shown(token, for: handle, visit)
    }

    /// The link once, on the page at once: it is in no address and in no log.
    private func shown(_ token: String, for handle: String, _ visit: Visit) async throws -> ActionOutcome {
        var view = try await view(visit)
        view.link = "/welcome?token=\(token)"
        view.linkFor = handle
        return .page(page(view))
    }

    private func setRole(_ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        try form.allow("handle", "role")
        let chosen = try form.required("role")
        try await accounts.setRole(
            chosen == "none" ? nil : try role(form), of: try form.required("handle"), in: visit.project.id,
            by: visit.person.handle.description)
        return .seeOther("/people")
    }

    private func role(_ form: Form) throws -> Role {
        guard let role = Role(rawValue: try form.required("role")) else {
            throw FormError.field("role", "is not one of the five")
        }
        return role
    }

    private static func meaning(_ role: Role) -> String {
        switch role {
        case .viewer: "reads everything, changes nothing"
        case .reviewer: "works through the own review queue and sees nothing else"
        case .lead: "reads everything, reviews, decides disagreements, runs queues, overrides moderation"
        case .engineer: "reads everything; rules, policies, datasets"
        case .admin: "all of it, and people"
        }
    }
}
