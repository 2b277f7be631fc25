public import Foundation
import GleanerCore

/// Whose log it is. The raw value is what the command line says.
public enum ImportFormat: String, Sendable, Hashable, CaseIterable {
    /// Stored chat completions, as `GET /v1/chat/completions` lists them, each with its `messages`.
    case openai
    /// Requests exported with their bodies.
    case helicone
    /// Observations; those that are generations.
    case langfuse
    /// Spend logs with prompts, or the payloads of a logging callback.
    case litellm
    /// `{"messages": […]}`, the last one the answer.
    case chat
    /// What `POST /api/exchanges` takes.
    case gleaner

    /// - Returns: `nil` for a record that is no call to a model and no fault either.
    func reading(_ bytes: [UInt8], context: ImportContext) throws(LogError) -> LoggedExchange? {
        if self == .gleaner {
            var logged = try LoggedItem.reading(bytes, now: context.now)
            if case .none = logged.identity {
                let record = try ImportRecord(bytes, now: context.now)
                logged.identity = .external(record.contentName)
                if record.json["received_at"] == nil { logged.receivedAt = context.defaultTime }
            }
            return logged
        }
        let record = try ImportRecord(bytes, now: context.now)
        guard var logged = try exchange(record, context) else { return nil }
        logged.provider = logged.provider ?? context.provider
        logged.completeFromRequest()
        return logged
    }

    private func exchange(_ record: ImportRecord, _ context: ImportContext) throws(LogError) -> LoggedExchange? {
        switch self {
        case .openai: try StoredCompletion.exchange(record, context)
        case .helicone: try HeliconeRequest.exchange(record, context)
        case .langfuse: try LangfuseObservation.exchange(record, context)
        case .litellm: try LiteLLMLog.exchange(record, context)
        case .chat: try ChatLine.exchange(record, context)
        case .gleaner: nil
        }
    }

    /// Of external names: an exchange that was posted and is then imported again is the same one.
    var namespace: String { self == .gleaner ? "api" : rawValue }

    /// By the first record's members; `nil` when none fits.
    static func detected(in first: [UInt8]) -> ImportFormat? {
        guard let record = try? ImportRecord(first, now: Date()) else { return nil }
        let names = Set(record.json.members.map(\.name))
        if names.contains("request"), names.isSubset(of: LoggedItem.members) { return .gleaner }
        if record.has("request_body", "request_created_at", "signed_body_url") { return .helicone }
        if record.has("call_type") { return .litellm }
        if record.has("traceId", "trace_id", "type"), record.has("startTime", "start_time") { return .langfuse }
        if names.contains("choices"), names.contains("created") { return .openai }
        return names.contains("messages") ? .chat : nil
    }
}

/// What a reader of records must know besides the record.
public struct ImportContext: Sendable {
    public var now: Date
    /// For records without a time.
    public var defaultTime: Date
    /// For records that name no provider.
    public var provider: String?

    public init(now: Date, defaultTime: Date, provider: String? = nil) {
        self.now = now
        self.defaultTime = defaultTime
        self.provider = provider
    }
}
