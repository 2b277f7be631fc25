import Foundation
import GleanerCore
import GleanerHTTP
import GleanerModeration

/// `/moderation/policy`: the policy in force, its versions, an edit with what is wrong with it, and a text to try it on.
struct ModerationPolicyPages: Sendable {
    struct View: Sendable {
        struct Version: Sendable {
            let number: String
            let path: String
            let summary: String
            let author: String
            let note: String
            let at: String
            let isShown: Bool
        }
        struct Example: Sendable {
            let name: String
            let path: String
        }
        let version: String
        var document: String
        let isOld: Bool
        let examples: [Example]
        let versions: [Version]
        let mayEdit: Bool
        let mayCheck: Bool
        var problem: String?
        var done: String?
        var note = ""
        /// What was tried, and what came of it.
        var tried = ""
        var verdict: DecisionView?
    }
    struct DecisionView: Sendable {
        let action: String
        let tone: String
        let reason: String
        let categories: [String]
    }

    let service: ModerationService

    func add(to console: ConsoleRouter) {
        console.page("moderation/policy", for: .read) { visit in page(try await view(visit)) }
        console.action("moderation/policy", for: .engineer, put)
        console.action("moderation/policy/redecide", for: .engineer, redecide)
        console.action("moderation/policy/check", for: .lead, check)
    }

    private func page(_ view: View) -> Page { Page("moderation-policy", title: "Moderation policy", view: view) }

    private func view(_ visit: Visit) async throws -> View {
        let project = visit.project.id
        let current = try await service.policies.current(of: project)
        var shown = current
        if let text = visit.query("version") {
            guard let number = Int64(text) else { throw FormError.field("version", "is not a number") }
            shown = try await service.policies.version(number, of: project)
        }
        var document = try PrettyJSON.text(shown.policy.document)
        if let name = visit.query("example") { document = try PrettyJSON.text(try ExamplePolicy.named(name).document) }
        let versions = try await service.policies.versions(of: project, limit: 50)
        return View(
            version: "\(current.version)", document: document, isOld: shown.version != current.version,
            examples: ExamplePolicy.allCases.map {
                .init(name: $0.rawValue, path: "/moderation/policy?example=\($0.rawValue)")
            },
            versions: versions.map { Self.row($0, shown: shown.version) }, mayEdit: visit.role.may(.engineer),
            mayCheck: visit.role.may(.lead))
    }

    private static func row(_ version: PolicyVersion, shown: Int64) -> View.Version {
        View.Version(
            number: "\(version.version)", path: "/moderation/policy?version=\(version.version)",
            summary: [
                version.policy.mode.rawValue, version.policy.classifiers.map(\.name).joined(separator: " + "),
                version.policy.personalData.rawValue.replacing("_", with: " "),
            ].joined(separator: ", "),
            author: version.author, note: version.note, at: version.at.ISO8601Format(),
            isShown: version.version == shown)
    }

    private func put(_ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        try form.allow("document", "note", "expected")
        let text = try form.text("document") ?? ""
        let note = try form.text("note") ?? ""
        guard let expected = Int64(try form.required("expected")) else {
            throw FormError.field("expected", "is not a version")
        }
        do {
            _ = try await service.put(
                try ModerationPolicy(parsing: text.utf8), of: visit.project.id,
                author: visit.person.handle.description, note: note, expected: expected)
            return .seeOther("/moderation/policy")
        } catch let error as any Explained where error is ModerationPolicyError || error is ModerationError {
            // What was written stays, with what is wrong with it.
            var view = try await view(visit)
            view.document = text
            view.note = note
            let explanation = error.explanation
            view.problem = explanation.sentences
            return .page(page(view))
        }
    }

    private func redecide(_ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        try form.allow("ask")
        let asks = try form.text("ask") != nil
        let job = try await service.redecide(in: visit.project.id, asks: asks)
        var view = try await view(visit)
        view.done = "What was judged before is being decided again, by job \(job)."
        return .page(page(view))
    }

    private func check(_ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        try form.allow("text", "target")
        guard let target = ModerationTarget(rawValue: try form.required("target")) else {
            throw FormError.field("target", "is none of prompt, response and comment")
        }
        var view = try await view(visit)
        view.tried = try form.text("text") ?? ""
        let verdict = try await service.check(view.tried, as: target, in: visit.project.id).verdict
        view.verdict = DecisionView(
            action: verdict.action.rawValue, tone: DecisionRow.tone(verdict.action), reason: verdict.reason,
            categories: verdict.categories)
        return .page(page(view))
    }

}
