import Foundation
import GleanerCore

extension RemoteJob {
    /// `nil` for what is no job.
    init?(_ document: JSONValue) {
        guard let id = document["id"]?.stringValue, !id.isEmpty else { return nil }
        self.init(id: id, rawStatus: document["status"]?.stringValue ?? "unknown")
        // Together's names come after OpenAI's.
        model = ["fine_tuned_model", "model_output_name", "output_name"].lazy
            .compactMap { document[$0]?.stringValue }.first { !$0.isEmpty }
        trainedTokens = (document["trained_tokens"] ?? document["token_count"])?.intValue.map { Int($0) }
        failure = Self.failure(document)
        resultFiles = document["result_files"]?.arrayValue?.compactMap { $0.stringValue ?? $0["id"]?.stringValue } ?? []
        createdAt = document["created_at"]?.time
    }

    /// OpenAI sends an error object that is empty while all is well.
    private static func failure(_ document: JSONValue) -> TuningFailure? {
        guard let error = document["error"] else { return nil }
        if let words = error.stringValue { return words.isEmpty ? nil : TuningFailure(code: nil, message: words) }
        guard let message = error["message"]?.stringValue else { return nil }
        return TuningFailure(code: error["code"]?.stringValue, message: message, param: error["param"]?.stringValue)
    }
}

extension TuningEvent {
    init?(_ document: JSONValue) {
        guard let id = document["id"]?.stringValue, !id.isEmpty else { return nil }
        self.init(
            id: String(id.prefix(200)), at: document["created_at"]?.time ?? Date(timeIntervalSince1970: 0),
            level: document["level"]?.stringValue ?? "info", type: document["type"]?.stringValue ?? "message",
            message: document["message"]?.stringValue ?? "", data: document["data"].flatMap { $0 == .null ? nil : $0 })
    }
}

extension TuningCheckpoint {
    static func reading(_ document: JSONValue) -> (TuningCheckpoint, TuningMetric?)? {
        guard let id = document["id"]?.stringValue, let model = document["fine_tuned_model_checkpoint"]?.stringValue,
            let step = document["step_number"]?.intValue, (0...Int64(Int32.max)).contains(step)
        else { return nil }
        let checkpoint = TuningCheckpoint(
            id: id, step: Int(step), model: model,
            createdAt: document["created_at"]?.time ?? Date(timeIntervalSince1970: 0))
        return (checkpoint, document["metrics"].flatMap { TuningMetric($0, step: Int(step)) })
    }
}

extension JSONValue {
    /// Seconds since 1970, or a date in ISO 8601.
    fileprivate var time: Date? {
        if let seconds = doubleValue { return Date(timeIntervalSince1970: seconds) }
        return stringValue.flatMap { try? Date($0, strategy: .iso8601) }
    }
}
