import Foundation
import GleanerCore

/// What a training program wrote to its standard output: one JSON object a line.
///
/// | `type` | members |
/// | --- | --- |
/// | `progress` | `message`, and perhaps `step`, `total_steps` |
/// | `metrics` | `step`, and any of `train_loss`, `valid_loss`, `train_accuracy`, `valid_accuracy`, … |
/// | `checkpoint` | `step`, `model` |
/// | `result` | `model`, and perhaps `trained_tokens` |
/// | `error` | `message`, and perhaps `code` |
///
/// Other lines are counted. A last line without its newline is not finished and is left for the next look.
struct TrainerWords: Sendable {
    private(set) var model: String?
    private(set) var trainedTokens: Int?
    private(set) var failure: TuningFailure?
    private var lines: [(number: Int, document: JSONValue)] = []
    /// Lines that are none of these.
    private(set) var garbage = 0

    /// Of one line; a longer one is garbage.
    private static let longestLine = 64 << 10
    /// Lines that become events, of one start.
    private static let mostEvents = 10_000

    init(_ bytes: Data) {
        for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast().enumerated() {
            let isBlank = line.allSatisfy { $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }
            if isBlank { continue }
            guard line.count <= Self.longestLine, let document = try? JSONValue(parsing: line),
                let type = document["type"]?.stringValue, take(type, document)
            else {
                garbage += 1
                continue
            }
            if lines.count < Self.mostEvents { lines.append((index + 1, document)) }
        }
    }

    private mutating func take(_ type: String, _ document: JSONValue) -> Bool {
        switch type {
        case "progress", "metrics", "checkpoint": return true
        case "result":
            guard let name = document["model"]?.stringValue, (1...256).contains(name.count) else { return false }
            model = name
            trainedTokens = document["trained_tokens"]?.intValue.map { Int($0) }
            return true
        case "error":
            guard let message = document["message"]?.stringValue else { return false }
            failure = TuningFailure(code: document["code"]?.stringValue ?? "trainer_failed", message: message)
            return true
        default: return false
        }
    }

    /// As events, metrics and checkpoints; events are known again by their start and line.
    func news(of start: Int) -> TuningNews {
        var news = TuningNews()
        for (number, document) in lines {
            let type = document["type"]?.stringValue ?? ""
            // Lines carry no time of their own that could be trusted; their order is kept.
            let at = document["time"]?.doubleValue.map { Date(timeIntervalSince1970: $0) } ?? Date()
            news.events.append(
                TuningEvent(
                    id: String(format: "run-%d-%06d", start, number), at: at,
                    level: type == "error" ? "error" : "info", type: type == "metrics" ? "metrics" : "message",
                    message: document["message"]?.stringValue ?? type, data: document))
            if let metric = TuningMetric(document) { news.metrics.append(metric) }
            if type == "checkpoint", let model = document["model"]?.stringValue, let step = document["step"]?.intValue,
                (0...Int64(Int32.max)).contains(step)
            {
                news.checkpoints.append(
                    TuningCheckpoint(id: "run-\(start)-\(step)", step: Int(step), model: model, createdAt: at))
            }
        }
        if garbage > 0 {
            news.events.append(
                TuningEvent(
                    id: "run-\(start)-garbage", at: Date(), level: "warn", type: "message",
                    message: "It also wrote lines that are none of the contract's."))
        }
        return news
    }

}
