import Foundation
import GleanerCore

/// One exchange as `POST /api/exchanges` and the import format `gleaner` take it.
enum LoggedItem {
    static let members: Set<String> = [
        "id", "external_id", "request", "response", "endpoint", "received_at", "duration_ms", "ttft_ms", "status",
        "reason", "http_status", "provider", "conversation", "end_user", "tags", "metadata",
    ]

    static func reading(_ bytes: [UInt8], now: Date) throws(LogError) -> LoggedExchange {
        let item: JSONText
        do throws(JSONTextError) {
            item = try JSONText(bytes[...])
        } catch {
            throw LogError(error)
        }
        try checkNames(item)
        guard let request = try item.body("request"), !request.isEmpty else {
            throw .memberInvalid("request", problem: "is missing")
        }
        let (identity, time) = try identity(item, now: now)
        var logged = LoggedExchange(identity: identity, receivedAt: time, request: request)
        logged.response = try item.body("response") ?? []
        try readOutcome(item, into: &logged)
        if let endpoint = try item.label("endpoint") {
            guard endpoint.hasPrefix("/") else { throw .memberInvalid("endpoint", problem: "is not a path") }
            logged.endpoint = endpoint
        }
        logged.provider = try item.label("provider")
        logged.conversation = try item.label("conversation")
        logged.endUser = try item.label("end_user")
        logged.tags = try item.tags("tags")
        logged.metadata = try item.object("metadata")
        logged.completeFromRequest()
        return logged
    }

    private static func checkNames(_ item: JSONText) throws(LogError) {
        let names = item.members.map(\.name)
        if let unknown = names.filter({ !members.contains($0) }).min() { throw .memberUnknown(unknown) }
        var seen: Set<String> = []
        for name in names where !seen.insert(name).inserted { throw .memberTwice(name) }
    }

    /// A name of the sender's needs a time of the sender's: it is part of the id, and a second sending must give the
    /// same one.
    private static func identity(
        _ item: JSONText, now: Date
    ) throws(LogError) -> (LoggedExchange.Identity, Date) {
        let time = try item.time("received_at", now: now)
        if let text = try item.string("id") {
            guard let id = ID<Exchange>(text), id.isVersion7 else {
                throw .memberInvalid("id", problem: "is not a UUID of version 7")
            }
            if item["external_id"] != nil {
                throw .memberInvalid("external_id", problem: "is given beside `id`; one of them is enough")
            }
            guard Timestamp.isPlausible(id.timestamp, now: now) else { throw .timeImpossible }
            if let time, abs(time.timeIntervalSince(id.timestamp)) > 300 {
                throw .memberInvalid("received_at", problem: "is more than 5 minutes from the time that `id` carries")
            }
            return (.id(id), time ?? id.timestamp)
        }
        if let name = try item.label("external_id") {
            guard let time else {
                throw .memberInvalid("received_at", problem: "is missing, and `external_id` needs it")
            }
            return (.external(name), time)
        }
        return (.none, time ?? Timestamp.rounded(now.timeIntervalSince1970))
    }

    private static func readOutcome(_ item: JSONText, into logged: inout LoggedExchange) throws(LogError) {
        if let text = try item.string("status") {
            guard let status = ExchangeStatus(rawValue: text), status != .interrupted else {
                throw .memberInvalid(
                    "status", problem: "is none of completed, upstream_failed, client_gone and refused")
            }
            logged.status = status
        }
        logged.reason = try item.label("reason", limit: 64)
        if let number = try item.number("http_status") {
            guard let status = Int(exactly: number), (100...599).contains(status) else {
                throw .memberInvalid("http_status", problem: "is not an HTTP status")
            }
            logged.httpStatus = status
        }
        if logged.status == .completed {
            guard !logged.response.isEmpty else {
                throw .memberInvalid("response", problem: "is missing, though the exchange is completed")
            }
            logged.httpStatus = logged.httpStatus ?? 200
        }
        logged.duration = try item.milliseconds("duration_ms")
        logged.timeToFirstToken = try item.milliseconds("ttft_ms")
    }
}
