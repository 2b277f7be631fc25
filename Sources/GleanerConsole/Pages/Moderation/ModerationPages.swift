import Foundation
import GleanerCore
import GleanerHTTP
import GleanerModeration

/// `/moderation`: what is flagged, blocked, to be redacted or unknown, the newest first.
struct ModerationPages: Sendable {
    struct View: Sendable {
        struct Choice: Sendable {
            let value: String
            let name: String
            let isChosen: Bool
        }
        struct Tile: Sendable {
            let name: String
            let count: String
            let tone: String
            let path: String
        }
        struct Failure: Sendable {
            let classifier: String
            let failure: String
            let count: String
        }
        let tiles: [Tile]
        let failures: [Failure]
        let hasFailures: Bool
        let actions: [Choice]
        let targets: [Choice]
        let deciders: [Choice]
        let category: String
        let isFiltered: Bool
        let rows: [DecisionRow]
        /// Of the next page; nil on the last.
        let older: String?
        let policyVersion: String
    }

    static let page = 50
    let service: ModerationService

    func add(to console: ConsoleRouter) {
        console.page("moderation", for: .read) { visit in
            Page("moderation", title: "Moderation", view: try await view(visit))
        }
        ModeratedExchangePages(service: service).add(to: console)
        ModerationPolicyPages(service: service).add(to: console)
    }

    private func view(_ visit: Visit) async throws -> View {
        let query = ModerationPageQuery(visit)
        let filter = try query.filter()
        let (project, pageSize) = (visit.project.id, Self.page)
        async let standing = service.standing(of: project)
        async let policy = service.policies.current(of: project)
        let decisions = try await service.flagged(
            filter, of: project, before: try query.before(), limit: pageSize)
        let counts = try await standing
        return View(
            tiles: [ModerationAction.flag, .block, .redact, .unknown].map { action in
                .init(
                    name: Self.meaning(action),
                    count: Figure.count(counts.decisions[action] ?? 0) + (counts.isCut ? "+" : ""),
                    tone: DecisionRow.tone(action),
                    path: "/moderation?action=\(action.rawValue)")
            },
            failures: counts.failures.map {
                .init(classifier: $0.classifier, failure: Self.meaning($0.failure), count: "\($0.count)")
            },
            hasFailures: !counts.failures.isEmpty,
            actions: [ModerationAction.flag, .block, .redact, .unknown].map {
                .init(value: $0.rawValue, name: $0.rawValue, isChosen: filter.actions == [$0])
            },
            targets: ModerationTarget.allCases.map {
                .init(value: $0.rawValue, name: $0.rawValue, isChosen: filter.target == $0)
            },
            deciders: [("policy", "a policy"), ("person", "a person")].map {
                .init(value: $0.0, name: $0.1, isChosen: filter.isByPerson == ($0.0 == "person"))
            },
            category: filter.category ?? "", isFiltered: filter != DecisionFilter(),
            rows: decisions.map(DecisionRow.init),
            older: decisions.count == pageSize
                ? decisions.last.map { query.path(before: $0.id) } : nil,
            policyVersion: "\(try await policy.version)")
    }

    private static func meaning(_ action: ModerationAction) -> String {
        switch action {
        case .allow: "allowed"
        case .flag: "flagged, 7 days"
        case .block: "blocked, 7 days"
        case .redact: "to be redacted, 7 days"
        case .unknown: "unknown, 7 days"
        }
    }

    private static func meaning(_ failure: String) -> String { failure.replacing("_", with: " ") }
}

/// What the address of the list says.
struct ModerationPageQuery {
    private let visit: Visit

    init(_ visit: Visit) { self.visit = visit }

    func filter() throws -> DecisionFilter {
        var filter = DecisionFilter()
        if let text = visit.query("action") {
            guard let action = ModerationAction(rawValue: text), action != .allow else {
                throw FormError.field("action", "is none of flag, block, redact and unknown")
            }
            filter.actions = [action]
        }
        if let text = visit.query("target") {
            guard let target = ModerationTarget(rawValue: text) else {
                throw FormError.field("target", "is none of prompt, response and comment")
            }
            filter.target = target
        }
        if let text = visit.query("by") {
            guard text == "policy" || text == "person" else {
                throw FormError.field("by", "is neither policy nor person")
            }
            filter.isByPerson = text == "person"
        }
        filter.category = visit.query("category")
        return filter
    }

    func before() throws -> ID<StoredDecision>? {
        guard let text = visit.query("before") else { return nil }
        guard let id = ID<StoredDecision>(text) else { throw FormError.field("before", "is not a decision's id") }
        return id
    }

    /// The same list from there on.
    func path(before: ID<StoredDecision>) -> String {
        let kept = ["action", "target", "by", "category"].compactMap { name in
            visit.query(name).map { (name: name, value: $0) }
        }
        return "/moderation?" + Renderer.query(kept + [(name: "before", value: "\(before)")])
    }
}

/// One decision as a row of a table.
struct DecisionRow: Sendable {
    let path: String
    let exchange: String
    let target: String
    let action: String
    let tone: String
    let categories: [String]
    let reason: String
    let policyVersion: String
    /// nil when a policy decided.
    let actor: String?
    let at: String

    init(_ decision: StoredDecision) {
        let id = decision.subject.exchange.description
        path = "/moderation/exchanges/\(id)"
        exchange = String(id.suffix(12))
        target = decision.subject.target.rawValue
        action = decision.verdict.action.rawValue
        tone = Self.tone(decision.verdict.action)
        categories = decision.verdict.categories
        reason = decision.verdict.reason
        policyVersion = "\(decision.policyVersion)"
        actor = decision.actor
        at = decision.at.ISO8601Format()
    }

    /// A class of the style sheet.
    static func tone(_ action: ModerationAction) -> String {
        switch action {
        case .allow: "good"
        case .unknown, .redact: "warn"
        case .flag, .block: "bad"
        }
    }
}
