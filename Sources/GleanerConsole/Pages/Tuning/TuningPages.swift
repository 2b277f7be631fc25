import Foundation
import GleanerCore
import GleanerDatasets
import GleanerTuning
import Hummingbird

/// `/tuning`: fine-tunes, the models they made, and the form that starts one: first what it costs, then the word.
struct TuningPages: Sendable {
    struct View: Sendable {
        struct Row: Sendable {
            let path: String
            let dataset: String
            let base: String
            let state: String
            let tone: String
            let tuned: String?
            let cost: String
            let by: String
            let at: String
        }
        struct Model: Sendable {
            let name: String
            let base: String
            let jobPath: String?
            let generation: Int
            let ends: String?
            let isErased: Bool
            let madeAt: String
        }
        let warnings: [String]
        let rows: [Row]
        let hasRows: Bool
        let older: String?
        let models: [Model]
        let hasModels: Bool
        /// None, or one.
        var forms: [TuningForm] = []
    }
    struct EstimateView: Sendable {
        struct Fact: Sendable {
            let name: String
            let value: String
        }
        let facts: [Fact]
        let warnings: [String]
        let hasWarnings: Bool
        let confirm: String
        let price: String
        let hidden: [TuningForm.Hidden]
        let mayStart: Bool
        var problem: String?
    }

    static let pageSize = 50

    let service: TuningService
    let datasets: DatasetService

    func add(to console: ConsoleRouter) {
        console.page("tuning", for: .read) { visit in try await page(visit) }
        console.action("tuning/estimate", for: .engineer, estimate)
        // It spends money.
        console.action("tuning/start", for: .admin, start)
    }

    private func page(_ visit: Visit, form: TuningForm? = nil) async throws -> Page {
        let project = visit.project.id
        let before = visit.query("before").flatMap { ID<TuningJob>($0) }
        let jobs = try await service.jobs(in: project, before: before, limit: Self.pageSize)
        let models = try await service.models(in: project)
        var view = View(
            warnings: try await service.retirements(in: project).map(\.warning), rows: jobs.map(Self.row),
            hasRows: !jobs.isEmpty,
            older: jobs.count == Self.pageSize ? jobs.last.map { "/tuning?before=\($0.id)" } : nil,
            models: models.prefix(100).map(Self.model), hasModels: !models.isEmpty)
        if visit.role.may(.engineer) {
            let versions = try await datasets.list(of: project)
            let prices = try await service.prices()
            var filled = form ?? TuningForm()
            if form == nil, let dataset = visit.query("dataset") {
                filled.set = dataset + "@" + (visit.query("version") ?? "latest")
            }
            filled.offer(
                versions: versions,
                bases: Set(prices.map(\.baseModel) + jobs.map(\.baseModel) + models.map(\.model)).sorted())
            view.forms = [filled]
        }
        return Page("tuning", title: "Tuning", view: view)
    }

    private static func row(_ job: TuningJob) -> View.Row {
        View.Row(
            path: "/tuning/\(job.id)", dataset: "\(job.dataset)@\(job.version)", base: job.baseModel,
            state: job.state.rawValue, tone: tone(job.state), tuned: job.fineTunedModel,
            cost: job.estimatedUSD.map(Figure.dollars) ?? "\(Figure.count(job.billedTokens)) tokens",
            by: job.confirmedBy, at: job.createdAt.ISO8601Format())
    }

    static func tone(_ state: TuningState) -> String {
        switch state {
        case .succeeded: "good"
        case .failed: "bad"
        case .cancelled: "warn"
        case .waiting, .preparing, .submitting, .training: "accent"
        }
    }

    private static func model(_ model: TunedModel) -> View.Model {
        View.Model(
            name: model.model, base: model.baseModel, jobPath: model.tuningJob.map { "/tuning/\($0)" },
            generation: model.generation, ends: model.shutdown, isErased: model.erasedAt != nil,
            madeAt: model.createdAt.ISO8601Format())
    }

    // MARK: Starting one

    private func estimate(_ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        let sent = try TuningForm(form)
        do {
            let request = try sent.request()
            return .page(estimated(try await service.estimate(request, in: visit.project.id), sent, visit))
        } catch let error as any Explained where error is TuningError || error is DatasetError {
            return .page(try await refused(error, sent, visit))
        }
    }

    /// The same confirmation sent twice is one job.
    private func start(_ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        let sent = try TuningForm(form)
        let confirm = try form.required("confirm")
        do {
            let request = try sent.request()
            do {
                let job = try await service.start(
                    request, confirm: confirm, by: visit.person.handle.description, in: visit.project.id)
                return .seeOther("/tuning/\(job.id)")
            } catch TuningError.confirmationStale {
                // Something changed since: what it costs now, to be looked at again.
                let estimate = try await service.estimate(request, in: visit.project.id)
                return .page(
                    estimated(
                        estimate, sent, visit, problem: "The dataset, a setting or the price changed. Look again."))
            }
        } catch let error as any Explained where error is TuningError || error is DatasetError {
            return .page(try await refused(error, sent, visit))
        }
    }

    private func refused(_ error: any Explained, _ sent: TuningForm, _ visit: Visit) async throws -> Page {
        var sent = sent
        let explanation = error.explanation
        sent.problem = explanation.sentences
        return try await page(visit, form: sent)
    }

    private func estimated(
        _ estimate: TuningEstimate, _ sent: TuningForm, _ visit: Visit, problem: String? = nil
    ) -> Page {
        let epochs = Figure.count(estimate.epochs) + (estimate.epochsAreGiven ? "" : ", by the usual rule")
        return Page(
            "tuning-estimate", title: "What it would cost",
            view: EstimateView(
                facts: [
                    .init(name: "learns from", value: "\(estimate.dataset), version \(estimate.version)"),
                    .init(name: "base model", value: "\(estimate.baseModel) at \(estimate.provider)"),
                    .init(name: "method", value: estimate.method.rawValue),
                    .init(
                        name: "lines",
                        value:
                            "\(Figure.count(estimate.trainRows)) to train on, \(Figure.count(estimate.validationRows)) to validate with"
                    ),
                    .init(name: "tokens of the file", value: Figure.count(estimate.tokens)),
                    .init(name: "epochs", value: epochs),
                    .init(name: "tokens that are billed", value: Figure.count(estimate.billedTokens)),
                ], warnings: estimate.warnings, hasWarnings: !estimate.warnings.isEmpty, confirm: estimate.confirm,
                price: estimate.usd.map(Figure.dollars) ?? "an unknown amount", hidden: sent.hidden(estimate),
                mayStart: visit.role.may(.admin), problem: problem))
    }
}
