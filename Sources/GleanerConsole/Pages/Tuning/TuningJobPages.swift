import Foundation
import GleanerCore
import GleanerTuning
import Hummingbird

/// `/tuning/{id}`: how a fine-tune goes, and its end when somebody wants it.
struct TuningJobPages: Sendable {
    let service: TuningService

    func add(to console: ConsoleRouter) {
        console.page("tuning/:id", for: .read) { visit in try await page(visit) }
        console.action("tuning/:id/cancel", for: .admin, cancel)
    }

    private func page(_ visit: Visit, problem: String? = nil) async throws -> Page {
        let detail = try await service.detail(id(visit), in: visit.project.id)
        var view = TuningJobView(detail)
        view.problem = problem
        view.mayCancel = visit.role.may(.admin) && !detail.job.state.isEnd && detail.job.cancelledBy == nil
        return Page("tuning-job", title: "Fine-tune", view: view, modules: view.isGoing ? ["live.js"] : [])
    }

    private func cancel(_ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        try form.allow("sure")
        let id = try id(visit)
        guard try form.text("sure") == "1" else {
            return .page(try await page(visit, problem: "Nothing was cancelled: say first that you are sure."))
        }
        do {
            _ = try await service.cancel(id, by: visit.person.handle.description, in: visit.project.id)
        } catch TuningError.jobEnded {
            // The trainer was quicker; the page says how it ended.
        }
        return .seeOther("/tuning/\(id)")
    }

    private func id(_ visit: Visit) throws -> ID<TuningJob> {
        guard let id = ID<TuningJob>(try visit.parameters.require("id")) else { throw HTTPError(.notFound) }
        return id
    }
}
