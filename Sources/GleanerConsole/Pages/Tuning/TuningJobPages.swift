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

/// What `tuning-job.mustache` shows.
struct TuningJobView: Sendable {
    struct Fact: Sendable {
        let name: String
        let value: String
    }
    struct Event: Sendable {
        let at: String
        let level: String
        /// A colour, when it is no ordinary news.
        let alarm: String?
        let text: [Span]
    }
    struct Checkpoint: Sendable {
        let step: Int
        let model: String
        let madeAt: String
    }
    struct Point: Sendable {
        let step: Int
        let train: String
        let valid: String
        let full: String
    }
    struct Failure: Sendable {
        let code: String
        let message: [Span]
        let why: String
        let fix: String
    }
    let id: String
    let path: String
    let state: String
    let tone: String
    let reason: String?
    let isGoing: Bool
    let isCancelling: Bool
    let model: String?
    let datasetPath: String
    let dataset: String
    let facts: [Fact]
    /// None, or one.
    let failures: [Failure]
    let charts: [Chart]
    let points: [Point]
    let hasCurve: Bool
    let events: [Event]
    let hasEvents: Bool
    let checkpoints: [Checkpoint]
    let hasCheckpoints: Bool
    let shutdown: String?
    var problem: String?
    var mayCancel = false

    /// The rest is in `gleaner tune events`.
    static let mostEvents = 200
    /// Of the curve, as a table.
    static let mostPoints = 100

    init(_ detail: TuningJobDetail) {
        let job = detail.job
        id = job.id.description
        path = "/tuning/\(job.id)"
        state = job.state.rawValue
        tone = TuningPages.tone(job.state)
        reason = job.stateReason
        isGoing = !job.state.isEnd
        isCancelling = !job.state.isEnd && job.cancelledBy != nil
        model = job.fineTunedModel
        dataset = "\(job.dataset), version \(job.version)"
        datasetPath = DatasetPath.version(job.dataset, job.version)
        shutdown = detail.shutdown.map { "\(job.baseModel) is shut down on \($0), and what is tuned from it with it." }
        facts = Self.facts(job)
        failures =
            job.error.map {
                [
                    Failure(
                        code: $0.code, message: Span.visible($0.message), why: $0.why, fix: $0.fix)
                ]
            } ?? []
        charts = [Chart(loss: detail.curve)].compactMap { $0 }
        hasCurve = !detail.curve.isEmpty
        let step = max(1, (detail.curve.count + Self.mostPoints - 1) / Self.mostPoints)
        points = detail.curve.enumerated().filter { $0.offset % step == 0 || $0.offset == detail.curve.count - 1 }.map {
            Point(
                step: $0.element.step, train: Figure.short($0.element.trainLoss),
                valid: Figure.short($0.element.validLoss), full: Figure.short($0.element.fullValidLoss))
        }
        events = detail.events.suffix(Self.mostEvents).reversed().map {
            Event(
                at: $0.at.ISO8601Format(), level: $0.level,
                alarm: $0.level == "error" ? "bad" : $0.level == "warn" ? "warn" : nil,
                text: Span.visible($0.message.prefix(2000)))
        }
        hasEvents = !events.isEmpty
        checkpoints = detail.checkpoints.map {
            Checkpoint(step: $0.step, model: $0.model, madeAt: $0.createdAt.ISO8601Format())
        }
        hasCheckpoints = !checkpoints.isEmpty
    }

    private static func facts(_ job: TuningJob) -> [Fact] {
        var facts = [
            Fact(name: "base model", value: job.baseModel), Fact(name: "trainer", value: job.provider),
            Fact(name: "method", value: job.method.rawValue),
            Fact(
                name: "estimated",
                value: "\(Figure.count(job.billedTokens)) tokens, \(Figure.dollars(job.estimatedUSD))"),
            Fact(name: "agreed to by", value: job.confirmedBy),
        ]
        func add(_ name: String, _ value: String?) {
            if let value { facts.append(Fact(name: name, value: value)) }
        }
        add("trained tokens", job.trainedTokens.map(Figure.count))
        add("epochs", job.hyperparameters.epochs.map { "\($0)" })
        add("batch size", job.hyperparameters.batchSize.map { "\($0)" })
        add("learning rate, times", job.hyperparameters.learningRateMultiplier.map { Figure.short($0) })
        add("beta", job.hyperparameters.beta.map { Figure.short($0) })
        add("seed", job.seed.map { "\($0)" })
        add("suffix", job.suffix)
        add("trainer's job", job.providerJob)
        add("trainer's word", job.providerStatus)
        add("cancelled by", job.cancelledBy)
        return facts
    }
}

extension Chart {
    /// Loss by step: of training, of validation, and of all of validation.
    /// - Returns: `nil` without a number.
    init?(loss curve: [TuningMetric]) {
        let series: [(name: String, kind: String, points: [(x: Double, y: Double)])] = [
            ("train_loss", "one", curve.compactMap { point in point.trainLoss.map { (Double(point.step), $0) } }),
            ("valid_loss", "two", curve.compactMap { point in point.validLoss.map { (Double(point.step), $0) } }),
            (
                "full_valid_loss", "three",
                curve.compactMap { point in point.fullValidLoss.map { (Double(point.step), $0) } }
            ),
        ].filter { !$0.points.isEmpty }
        let all = series.flatMap(\.points)
        guard let first = all.map(\.x).min(), let last = all.map(\.x).max() else { return nil }
        let scale = Scale(x: [first, last], y: all.map(\.y))
        title = "Loss by step"
        bands = []
        lines = series.map { Line(name: $0.name, kind: $0.kind, path: scale.path($0.points)) }
        keys = series.map { Key(label: "\($0.name), last \(Figure.short($0.points.last?.y))", kind: $0.kind) }
        top = Figure.short(all.map(\.y).max())
        bottom = Figure.short(all.map(\.y).min())
        left = "step \(Figure.count(Int(first)))"
        right = "step \(Figure.count(Int(last)))"
    }
}
