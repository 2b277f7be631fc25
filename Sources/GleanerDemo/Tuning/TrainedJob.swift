import Foundation
import GleanerCore

/// One job of the demo trainer. Where it is follows from when it was made.
struct TrainedJob: Sendable, Codable {
    enum Stage: String, Sendable, Codable {
        case validating = "validating_files"
        case queued
        /// In no documentation, as some servers' is.
        case paused
        case running, succeeded, failed, cancelled

        var isEnd: Bool { self == .succeeded || self == .failed || self == .cancelled }
    }

    /// What ends it badly, and when.
    struct Fault: Sendable, Codable {
        let code: String
        let message: String
        /// After the training; else while files are checked.
        let isLate: Bool
    }

    /// One point of the loss curve: what share was not remembered right yet.
    struct Point: Sendable, Codable {
        let step: Int
        let trainLoss: Double
        let validLoss: Double?
    }

    let id: String
    let model: String
    /// The demo model that it all began with.
    let root: String
    let suffix: String?
    let seed: Int64
    let trainingFile: String
    let validationFile: String?
    /// As it was asked for.
    let method: JSONValue
    let metadata: JSONValue
    let epochs: Int
    let createdAt: Date
    let pairs: [Memory.Pair]
    let trainedTokens: Int
    let points: [Point]
    let totalSteps: Int
    let fault: Fault?
    let resultFile: String
    var cancelledAt: Date?

    var modelName: String { "ft:\(root):gleaner-demo:\(suffix ?? ""):\(id.suffix(8))" }

    func stage(at now: Date, _ pace: DemoTuning.Pace) -> Stage {
        let end = ended(at: now, pace)
        if let cancelledAt, end.map({ cancelledAt <= $0.at }) ?? true { return .cancelled }
        if let end { return end.stage }
        let validated = createdAt + pace.validating
        if now < validated { return .validating }
        if now < validated + pace.queued { return .queued }
        if suffix == "nasty-paused", now < validated + pace.queued + pace.queued { return .paused }
        return .running
    }

    /// `nil` while it goes on.
    private func ended(at now: Date, _ pace: DemoTuning.Pace) -> (stage: Stage, at: Date)? {
        let validated = createdAt + pace.validating
        if let fault, !fault.isLate { return now >= validated ? (.failed, validated) : nil }
        guard suffix != "nasty-forever" else { return nil }
        let trained = runs(from: pace) + training(pace)
        guard now >= trained else { return nil }
        return (fault == nil ? .succeeded : .failed, trained)
    }

    private func runs(from pace: DemoTuning.Pace) -> Date {
        let pause = suffix == "nasty-paused" ? pace.queued : .zero
        return createdAt + pace.validating + pace.queued + pause
    }

    private func training(_ pace: DemoTuning.Pace) -> Duration {
        suffix == "nasty-long" ? pace.running * 10 : pace.running
    }

    /// 0…1 of the training.
    func progress(at now: Date, _ pace: DemoTuning.Pace) -> Double {
        switch stage(at: now, pace) {
        case .succeeded: return 1
        case .failed: return fault?.isLate == true ? 1 : 0
        case .validating, .queued, .paused: return 0
        case .running, .cancelled:
            let since = min(cancelledAt ?? now, now).timeIntervalSince(runs(from: pace))
            return min(max(since / max(training(pace).inSeconds, 0.001), 0), 1)
        }
    }

    var checkpoints: [(step: Int, model: String)] {
        let steps = max(totalSteps / max(epochs, 1), 1)
        return (max(1, epochs - 2)...max(epochs, 1)).map { epoch in
            let step = min(epoch * steps, totalSteps)
            return (step, "\(modelName):ckpt-step-\(step)")
        }
    }
}

extension Date {
    static func + (date: Date, duration: Duration) -> Date { date.addingTimeInterval(duration.inSeconds) }
}

extension Duration {
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
