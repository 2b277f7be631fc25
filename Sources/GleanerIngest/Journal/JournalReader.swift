import Foundation
import GRDB
import GleanerCore

/// Reads whole exchanges back from the journal.
enum JournalReader {
    static func oldest(
        _ db: Database, limit: Int, bytes: Int
    ) throws -> [(sequence: Int64, exchange: JournaledExchange)] {
        var found: [(sequence: Int64, exchange: JournaledExchange)] = []
        var size = 0
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT i.*, r.status, r.reason, r.http_status, r.headers, r.duration_us, r.ttft_us, r.response_sha256,
                       r.response, r.attempts
                FROM records r JOIN intents i ON i.seq = r.seq
                ORDER BY r.seq LIMIT ?
                """, arguments: [limit])
        let parts = try db.cachedStatement(sql: "SELECT bytes FROM checkpoints WHERE seq = ? ORDER BY part")
        while size < bytes, let row = try rows.next() {
            let sequence: Int64 = row["seq"]
            var response: [UInt8] = []
            for part in try Data.fetchAll(parts, arguments: [sequence]) { response += part }
            response += row["response"] as Data
            let request = [UInt8](row["request"] as Data)
            size += request.count + response.count
            found.append((sequence, try exchange(row, request: request, response: response)))
        }
        return found
    }

    private static func exchange(_ row: Row, request: [UInt8], response: [UInt8]) throws -> JournaledExchange {
        guard let id = ID<Exchange>(bytes: row["id"] as Data), let project = ID<Project>(bytes: row["project"] as Data),
            let status = ExchangeStatus(rawValue: row["status"])
        else {
            throw JournalError.storage(code: 11, message: "a journal row holds no exchange")
        }
        let key = row["api_key"] as Data?
        let tags = row["tags"] as String
        let headers = try (row["headers"] as Data?).map { try JSONDecoder().decode([String: String].self, from: $0) }
        let details = try IntentDetails(decoding: row["details"])
        let attempts = try (row["attempts"] as Data?).map { try JSONDecoder().decode([Attempt].self, from: $0) }
        return JournaledExchange(
            intent: ExchangeIntent(
                id: id, project: project, key: key.flatMap { ID(bytes: $0) },
                receivedAt: Date(timeIntervalSince1970: Double(row["received_us"] as Int64) / 1_000_000),
                endpoint: row["endpoint"], streamed: row["streamed"], requestedModel: row["model"],
                conversation: row["conversation"], endUser: row["end_user"],
                tags: tags.isEmpty ? [] : tags.components(separatedBy: JournalWriter.tagSeparator),
                provider: row["provider"], requestHash: [UInt8](row["request_sha256"] as Data),
                source: details.source, choice: details.choice, shadowOf: details.shadowOf,
                metadata: details.metadata),
            outcome: ExchangeOutcome(
                status: status, reason: row["reason"], httpStatus: row["http_status"], headers: headers ?? [:],
                duration: (row["duration_us"] as Int64?).map { .microseconds($0) },
                timeToFirstToken: (row["ttft_us"] as Int64?).map { .microseconds($0) },
                responseHash: (row["response_sha256"] as Data?).map { [UInt8]($0) }, attempts: attempts ?? []),
            request: request, response: response)
    }
}
