import GleanerCore
import HTTPTypes
import Hummingbird

/// `/account`: one's own password, colours and project.
struct AccountPages: Sendable {
    struct View: Sendable {
        struct ProjectChoice: Sendable {
            let id: String
            let name: String
            let role: String
            let isShown: Bool
        }
        let projects: [ProjectChoice]
        let minimum = Password.minimumCharacters
        var problem: String?
        var done: String?
    }

    let accounts: AccountService

    func add(to console: ConsoleRouter) {
        console.page("account", for: .anyone) { visit in page(try await view(visit)) }
        console.action("account/password", for: .anyone, changePassword)
        console.action("account/project", for: .anyone, chooseProject)
        console.responding("account/theme", for: .anyone) { [renderer = console.renderer] _, form in
            try theme(form, renderer)
        }
    }

    private func page(_ view: View) -> Page { Page("account", title: "Account", view: view) }

    private func view(_ visit: Visit) async throws -> View {
        View(
            projects: try await accounts.people.projects(of: visit.person.id).map {
                .init(id: $0.id.description, name: $0.name, role: $0.role.rawValue, isShown: $0.id == visit.project.id)
            })
    }

    private func changePassword(_ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        try form.allow("current", "password", "again")
        var view = try await view(visit)
        do {
            guard form.values("password") == form.values("again") else { throw AccountError.passwordsDiffer }
            try await accounts.changePassword(
                visit.person, from: form.values("current").first ?? "", to: form.values("password").first ?? "",
                session: visit.session)
            view.done = "The password is changed, and your other sessions are over."
        } catch let error as AccountError {
            view.problem = "\(error.explanation.what) \(error.explanation.fix)"
        }
        return .page(page(view))
    }

    private func chooseProject(_ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        try form.allow("project")
        guard let project = ID<Project>(try form.required("project")),
            try await accounts.sessions.look(at: project, with: visit.session)
        else { throw FormError.field("project", "is none of yours") }
        return .seeOther("/")
    }

    /// Kept in a cookie of its own, so that pages have their colours before any module runs.
    private func theme(_ form: Form, _ renderer: Renderer) throws -> Response {
        try form.allow("theme", "next")
        let theme = try form.required("theme")
        guard ["dark", "light", "system"].contains(theme) else { throw FormError.field("theme", "is not known") }
        var response = renderer.redirect(try form.text("next") ?? "/account")
        let value = "\(Theme.cookie)=\(theme); Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax"
        response.headers.append(.init(name: .setCookie, value: value))
        return response
    }
}
