import Foundation
import GleanerCore
import GleanerDatasets
import Hummingbird

/// `/datasets/{name}/preview`: a policy, what a build by it would take and leave out, and the build itself.
struct DatasetPreviewPages: Sendable {
    struct View: Sendable {
        struct Choice: Sendable {
            let name: String
            let path: String
            let isChosen: Bool
        }
        let dataset: String
        var document: String
        let choices: [Choice]
        let mayBuild: Bool
        /// What is wrong, with the line of the document where it stands.
        var problem: String?
        var isFaulty = false
        var done: String?
        /// None, or one.
        var found: [PreviewView] = []
    }

    let service: DatasetService

    func add(to console: ConsoleRouter) {
        console.page("datasets/:name/preview", for: .read) { visit in page(try await view(visit)) }
        console.action("datasets/:name/preview", for: .engineer, preview)
        console.action("datasets/:name/policy", for: .engineer, save)
        console.action("datasets/:name/build", for: .engineer, build)
    }

    private func page(_ view: View) -> Page {
        Page("dataset-preview", title: "Preview of \(view.dataset)", view: view)
    }

    private func view(_ visit: Visit) async throws -> View {
        let dataset = try visit.parameters.require("name")
        guard DatasetPath.isName(dataset) else { throw DatasetError.nameInvalid(dataset) }
        let project = visit.project.id
        let policies = try await service.policies(of: project)
        let chosen = visit.query("policy")
        var shown = try PromotionPolicy().document
        if let chosen {
            shown = try await service.storedPolicy(chosen, version: nil, in: project).document
        } else if let last = try await service.list(of: project).filter({ $0.dataset == dataset })
            .max(by: { $0.number < $1.number })
        {
            shown = last.policy
        }
        let name = shown["name"]?.stringValue
        return View(
            dataset: dataset, document: try PrettyJSON.text(shown),
            choices: policies.map {
                .init(
                    name: "\($0.name)@\($0.version)", path: DatasetPath.preview(dataset, policy: $0.name),
                    isChosen: $0.name == name)
            }, mayBuild: visit.role.may(.engineer))
    }

    private func preview(_ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        try await with(visit, form) { policy, view in
            let preview = try await service.preview(dataset: view.dataset, policy: policy, project: visit.project.id)
            view.found = [PreviewView(preview)]
            return nil
        }
    }

    private func save(_ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        try await with(visit, form) { policy, view in
            let kept = try await service.save(policy, in: visit.project.id)
            view.done = "Kept as \(kept.name)@\(kept.version)."
            return nil
        }
    }

    private func build(_ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        try await with(visit, form) { policy, view in
            let version = try await service.build(
                dataset: view.dataset, policy: policy, project: visit.project.id,
                by: visit.person.handle.description)
            return DatasetPath.version(version.dataset, version.number)
        }
    }

    /// Runs `body` by the policy that was sent. What was written stays on the page, with what is wrong with it.
    private func with(
        _ visit: Visit, _ form: Form, _ body: (PromotionPolicy, inout View) async throws -> String?
    ) async throws -> ActionOutcome {
        try form.allow("document")
        let text = try form.text("document") ?? "{}"
        var view = try await view(visit)
        view.document = text
        do {
            let policy = try PromotionPolicy(parsing: text.utf8)
            if let path = try await body(policy, &view) { return .seeOther(path) }
        } catch let error as any Explained where error is PolicyError || error is DatasetError {
            let explanation = error.explanation
            let member = (error as? PolicyError)?.member
            let line = member.flatMap { Self.line(of: $0, in: text) }.map { "Line \($0): " } ?? ""
            view.problem = line + explanation.sentences
            view.isFaulty = error is PolicyError
        }
        return .page(page(view))
    }

    /// Where the member of this path stands in the text; lines count from 1.
    static func line(of member: String, in text: String) -> Int? {
        var rest = text[...]
        var line = 1
        for name in member.split(separator: ".") {
            guard let place = rest.range(of: "\"\(name)\"") else { return line > 1 ? line : nil }
            line += rest[..<place.lowerBound].count { $0.isNewline }
            rest = rest[place.lowerBound...]
        }
        return line
    }

}

extension PolicyError {
    /// The member that is wrong, as a path.
    fileprivate var member: String? {
        switch self {
        case .notJSON: nil
        case .unknown(let member), .wrongType(let member), .outOfRange(let member, _): member
        }
    }
}
