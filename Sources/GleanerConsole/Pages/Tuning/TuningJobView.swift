import Foundation
import GleanerCore
import GleanerTuning

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
