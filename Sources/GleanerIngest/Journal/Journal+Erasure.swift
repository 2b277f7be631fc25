import Foundation
public import GleanerCore
import SQLite

extension Journal {
    /// Whether it holds an exchange, open or whole, that `matches` says yes to; texts are not read.
    public func holds(_ matches: @escaping @Sendable (ExchangeIntent) -> Bool) async throws(JournalError) -> Bool {
        var last: Int64 = -1
        // In slices, so that commits do not wait long behind a read.
        while true {
            let from = last
            let heads = try await onWriter { writer throws(SQLiteError) in
                try JournalReader.heads(after: from, limit: 64, from: writer.connected())
            }
            if heads.contains(where: { matches($0.intent) }) { return true }
            guard let next = heads.last?.sequence else { return false }
            last = next
        }
    }

    /// Overwrites what has been delivered, in the file and in its log. Deleted pages are zeroed as they are freed
    /// (`secure_delete`); the log, which has them as they were, is moved into the file and cut.
    public func scrub() async throws(JournalError) {
        let open = counts.open
        try await onWriter { writer throws(SQLiteError) in try writer.scrub(open: open) }
    }

    /// Copies of damaged files beside the journal.
    public var leftovers: [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
        return names.filter { $0.hasPrefix("damaged-") }.sorted().map { directory.appendingPathComponent($0).path }
    }
}

extension JournalReader {
    /// Who and when of what is there, in order.
    static func heads(
        after last: Int64, limit: Int64, from connection: SQLiteConnection
    ) throws(SQLiteError) -> [(sequence: Int64, intent: ExchangeIntent)] {
        let rows = try connection.statement(
            """
            SELECT seq, id, project, received_us, conversation, end_user, details FROM intents
            WHERE seq > ? ORDER BY seq LIMIT ?
            """)
        defer { rows.reset() }
        rows.bind(1, last)
        rows.bind(2, limit)
        var heads: [(sequence: Int64, intent: ExchangeIntent)] = []
        while try rows.step() {
            let details = try? JournalEnvelope.details(rows.bytesIfPresent(6))
            let zero: [UInt8] = .init(repeating: 0, count: 16)
            guard let id = ID<Exchange>(bytes: rows.bytes(1)) ?? ID(bytes: zero),
                let project = ID<Project>(bytes: rows.bytes(2)) ?? ID(bytes: zero)
            else { continue }
            heads.append(
                (
                    rows.integer(0),
                    ExchangeIntent(
                        id: id, project: project, key: nil, receivedAt: Date(microsecondsSince1970: rows.integer(3)),
                        endpoint: "", streamed: false, requestedModel: nil, conversation: rows.textIfPresent(4),
                        endUser: rows.textIfPresent(5), tags: [], provider: nil, requestHash: [],
                        shadowOf: details?.shadowOf)
                ))
        }
        return heads
    }
}
