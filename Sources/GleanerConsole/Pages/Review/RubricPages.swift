import Foundation
import GleanerCore
import GleanerReview

/// `/queue/rubrics`: what reviewers are asked, in every version; a new one is written as JSON.
struct RubricPages: Sendable {
    struct View: Sendable {
        struct Rubric: Sendable {
            let reference: String
            let isUsed: Bool
            let questions: [RubricQuestion]
            let guidelines: [Markdown.Block]
        }
        let rubrics: [Rubric]
        var name: String
        var document: String
        var problem: String?
    }

    let desk: ReviewDesk

    func add(to console: ConsoleRouter) {
        console.page("queue/rubrics", for: .lead) { visit in page(try await view(visit)) }
        console.action("queue/rubrics/add", for: .lead, addRubric)
    }

    private func page(_ view: View) -> Page { Page("rubrics", title: "Rubrics", view: view) }

    private func view(_ visit: Visit) async throws -> View {
        let used = try await desk.rubrics.settings(of: visit.project.id).rubric
        let all = try await desk.rubrics.all(of: visit.project.id)
        let newest = all.first { $0.reference == used } ?? .standard
        return View(
            rubrics: all.map {
                View.Rubric(
                    reference: $0.reference, isUsed: $0.reference == used, questions: $0.questions,
                    guidelines: Markdown($0.document.guidelines).blocks)
            }, name: newest.name, document: try PrettyJSON.text(newest.document))
    }

    private func addRubric(_ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        try form.allow("name", "document", "use")
        var view = try await view(visit)
        view.name = try form.required("name")
        view.document = try form.required("document")
        do {
            let document = try JSONDecoder().decode(RubricDocument.self, from: Data(view.document.utf8))
            let author = visit.person.handle.description
            let rubric = try await desk.rubrics.add(document, named: view.name, in: visit.project.id, by: author)
            if try form.text("use") != nil {
                var settings = try await desk.rubrics.settings(of: visit.project.id)
                settings.rubric = rubric.reference
                try await desk.rubrics.set(settings, of: visit.project.id, by: author)
            }
            return .seeOther("/queue/rubrics")
        } catch let error as any Explained {
            view.problem = "\(error.explanation.what) \(error.explanation.why)"
        } catch let error as DecodingError {
            view.problem = "This is no rubric in JSON: \(Self.problem(error))"
        }
        return .page(page(view))
    }

    private static func problem(_ error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, _): "`\(key.stringValue)` is missing."
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "`\(context.codingPath.map(\.stringValue).joined(separator: "."))` has the wrong type."
        case .dataCorrupted(let context) where !context.codingPath.isEmpty:
            "`\(context.codingPath.map(\.stringValue).joined(separator: "."))` is not a value of its kind."
        default: "it cannot be parsed."
        }
    }
}
