import Foundation
import GleanerCore

/// A request as Helicone exports it with its bodies.
///
/// Source: Helicone's query API and its export tool: `request_body` and `response_body` as JSON or as text,
/// `response_status` below 100 when no answer came, times in ISO 8601, `delay_ms` and `time_to_first_token` in
/// milliseconds.
enum HeliconeRequest {
    static func exchange(_ record: ImportRecord, _ context: ImportContext) throws(LogError) -> LoggedExchange {
        guard let request = record.container("request_body") else {
            throw .notAnExchange(kind: "without its bodies: export it again with --include-body")
        }
        let name = record.label("request_id", "response_id") ?? record.contentName
        let time = try record.time("request_created_at", "created_at", "response_created_at")
        var logged = LoggedExchange(
            identity: .external(name), receivedAt: time ?? context.defaultTime, request: request)
        logged.response =
            record.container("response_body") ?? record.text("response_body").map { Array($0.utf8) } ?? []
        logged.httpStatus = record.number("response_status", "status").flatMap { Int(exactly: $0) }.flatMap {
            (100...599).contains($0) ? $0 : nil
        }
        if logged.httpStatus == nil || logged.response.isEmpty { logged.status = .upstreamFailed }
        logged.endpoint = path(record.text("request_path", "path")) ?? logged.endpoint
        logged.model = record.label("request_model", "model_override", "model", "response_model")
        logged.provider = record.label("provider")?.lowercased()
        logged.endUser = record.label("request_user_id", "helicone_user", "user_id")
        logged.duration = record.number("delay_ms", "latency").flatMap(Duration.reading(milliseconds:))
        logged.timeToFirstToken = record.number("time_to_first_token").flatMap(Duration.reading(milliseconds:))
        let properties = record.object("request_properties", "properties")
        logged.conversation = properties?.label("Helicone-Session-Id", "helicone-session-id", "session_id")
        logged.metadata = record.document("request_properties", "properties")
        return logged
    }

    /// Helicone keeps the provider's whole URL.
    private static func path(_ text: String?) -> String? {
        guard let text else { return nil }
        let path = text.hasPrefix("/") ? text : URL(string: text)?.path()
        return path.flatMap { $0.hasPrefix("/") && $0.count > 1 ? $0.asLabel : nil }
    }
}

extension Duration {
    /// `nil` for what cannot be how long a call took: less than nothing, or more than a week.
    static func reading(milliseconds: Double) -> Duration? {
        (0...604_800_000).contains(milliseconds) ? .microseconds(Int64((milliseconds * 1000).rounded())) : nil
    }

    static func between(_ start: Date?, _ end: Date?) -> Duration? {
        guard let start, let end else { return nil }
        return reading(milliseconds: end.timeIntervalSince(start) * 1000)
    }
}
