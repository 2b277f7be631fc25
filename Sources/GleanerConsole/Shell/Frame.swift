import GleanerCore
import Hummingbird

/// What the layout shows around every page.
struct Frame: Sendable {
    struct Entry: Sendable {
        let name: String
        let path: String
        /// The key that goes there after `g`.
        let key: String
        let isCurrent: Bool
    }

    let title: String
    let project: String
    let person: String
    let handle: String
    let role: String
    let csrf: String
    let theme: String
    let entries: [Entry]
    let modules: [String]
    let page: any Sendable

    init(page: Page, visit: Visit) {
        title = page.title
        project = visit.project.name
        person = visit.person.name
        handle = visit.person.handle.description
        role = visit.role.rawValue
        csrf = visit.csrf
        theme = Theme(visit.request).attribute
        let path = visit.request.uri.path
        entries = Navigation.entries.filter { visit.role.may($0.need) }.map {
            Entry(
                name: $0.name, path: $0.path, key: $0.key,
                isCurrent: Navigation.leads($0.path, to: path))
        }
        modules = page.modules
        self.page = page.view
    }
}

/// The same for somebody who has not signed in.
struct BareFrame<View: Sendable>: Sendable {
    let title: String
    let theme: String
    let page: View
}

/// The pages that the frame leads to, in its order.
enum Navigation {
    static let entries: [(name: String, path: String, key: String, need: Role.Need)] = [
        ("Overview", "/overview", "o", .read),
        ("Review", "/review", "r", .review),
        ("Compare", "/compare", "c", .review),
        ("Queue", "/queue", "q", .lead),
        ("Exchanges", "/exchanges", "e", .read),
        ("Feedback", "/feedback", "f", .read),
        ("Moderation", "/moderation", "m", .read),
        ("Quality", "/quality", "u", .read),
        ("Datasets", "/datasets", "d", .read),
        ("Tuning", "/tuning", "t", .read),
        ("Evaluations", "/evaluations", "v", .read),
        ("Canaries", "/canaries", "y", .read),
        ("Loops", "/loops", "l", .read),
        ("Alerts", "/alerts", "w", .read),
        ("People", "/people", "p", .admin),
    ]

    /// Evaluators are a tab of quality.
    static func leads(_ entry: String, to path: String) -> Bool {
        path == entry || path.hasPrefix(entry + "/")
            || entry == "/quality" && (path == "/evaluators" || path.hasPrefix("/evaluators/"))
    }
}

/// Dark or light, as somebody chose; else as their system says.
struct Theme: Sendable {
    static let cookie = "gleaner-theme"
    /// For `<html data-theme>`.
    let attribute: String

    init(_ request: Request) {
        let chosen = request.cookies[Self.cookie]?.value ?? ""
        attribute = ["dark", "light"].contains(chosen) ? chosen : "system"
    }
}
