import Crypto
import Foundation
import GleanerCore
import SQLite

/// A whole exchange that waits for Postgres.
struct WaitingExchange: Sendable {
    let sequence: Int64
    let exchange: JournaledExchange
    /// What the disk did to it: its bytes do not have the hashes they were written with, or a part cannot be read.
    var isDamaged = false
}

/// Reads whole exchanges back from the journal. What cannot be read whole comes as far as it can, marked as damaged.
enum JournalReader {
    /// - Throws: when the file as a whole cannot be read.
    static func read(_ sequences: [Int64], from connection: SQLiteConnection) throws(SQLiteError) -> [WaitingExchange] {
        var found: [WaitingExchange] = []
        for sequence in sequences {
            if let exchange = try read(sequence, from: connection) { found.append(exchange) }
        }
        return found
    }

    private static func read(_ sequence: Int64, from connection: SQLiteConnection) throws(SQLiteError)
        -> WaitingExchange?
    {
        var isDamaged = false
        var parts: [UInt8] = []
        // A damaged page hides one row from a read of this row only.
        func tolerant(_ body: () throws(SQLiteError) -> Void) throws(SQLiteError) {
            do {
                try body()
            } catch  where error.primary == SQLiteError.corrupt {
                isDamaged = true
            }
        }
        try tolerant { () throws(SQLiteError) in
            let rows = try connection.statement("SELECT bytes FROM checkpoints WHERE seq = ? ORDER BY part")
            defer { rows.reset() }
            rows.bind(1, sequence)
            while try rows.step() { parts += rows.bytes(0) }
        }
        var outcome = ExchangeOutcome(status: .interrupted, reason: "journal_damaged", httpStatus: nil)
        try tolerant { () throws(SQLiteError) in
            let row = try connection.statement(
                """
                SELECT status, reason, http_status, headers, duration_us, ttft_us, response_sha256, response, attempts,
                       seal
                FROM records WHERE seq = ?
                """)
            defer { row.reset() }
            row.bind(1, sequence)
            guard try row.step(), let read = Self.outcome(row) else {
                isDamaged = true
                return
            }
            outcome = read
            let isSealed = Self.isSealed(row, sequence, by: 9, [0, 1, 2, 3, 4, 5, 6, 8], numbers: [2, 4, 5])
            if !isSealed { isDamaged = true }
            parts += row.bytes(7)
        }
        var intent: ExchangeIntent?
        var request: [UInt8] = []
        try tolerant { () throws(SQLiteError) in
            let row = try connection.statement(
                """
                SELECT id, project, api_key, received_us, endpoint, streamed, model, conversation, end_user, tags,
                       provider, request_sha256, request, details, seal
                FROM intents WHERE seq = ?
                """)
            defer { row.reset() }
            row.bind(1, sequence)
            guard try row.step() else {
                isDamaged = true
                return
            }
            request = row.bytes(12)
            intent = Self.intent(row)
            let isSealed = Self.isSealed(row, sequence, by: 14, Array(0...11) + [13], numbers: [3, 5])
            if !isSealed { isDamaged = true }
        }
        if intent == nil { isDamaged = true }
        let exchange = JournaledExchange(
            intent: intent ?? .unreadable(sequence), outcome: outcome, request: request, response: parts)
        return WaitingExchange(
            sequence: sequence, exchange: exchange, isDamaged: isDamaged || !exchange.hasItsHashes)
    }

    /// Whether a row still says what was written. What a start has added or an earlier version wrote has no seal.
    private static func isSealed(
        _ row: SQLiteStatement, _ sequence: Int64, by place: Int32, _ columns: [Int32], numbers: Set<Int32>
    ) -> Bool {
        guard let expected = row.integerIfPresent(place) else { return true }
        var seal = JournalSeal(sequence: sequence)
        seal.add(columns, of: row, numbers: numbers)
        return seal.value == expected
    }

    private static func intent(_ row: SQLiteStatement) -> ExchangeIntent? {
        guard let id = ID<Exchange>(bytes: row.bytes(0)), let project = ID<Project>(bytes: row.bytes(1)),
            let details = try? JournalEnvelope.details(row.bytesIfPresent(13))
        else { return nil }
        let tags = row.text(9)
        return ExchangeIntent(
            id: id, project: project, key: row.bytesIfPresent(2).flatMap { ID(bytes: $0) },
            receivedAt: Date(microsecondsSince1970: row.integer(3)), endpoint: row.text(4),
            streamed: row.integer(5) != 0, requestedModel: row.textIfPresent(6), conversation: row.textIfPresent(7),
            endUser: row.textIfPresent(8),
            tags: tags.isEmpty ? [] : tags.components(separatedBy: JournalWriter.tagSeparator),
            provider: row.textIfPresent(10), requestHash: row.bytes(11), source: details.source,
            choice: details.choice, shadowOf: details.shadowOf, metadata: details.metadata,
            traceParent: details.traceParent)
    }

    private static func outcome(_ row: SQLiteStatement) -> ExchangeOutcome? {
        guard let status = ExchangeStatus(rawValue: row.text(0)),
            let headers = try? JournalEnvelope.headers(row.bytesIfPresent(3)),
            let attempts = try? JournalEnvelope.attempts(row.bytesIfPresent(8))
        else { return nil }
        return ExchangeOutcome(
            status: status, reason: row.textIfPresent(1),
            httpStatus: row.integerIfPresent(2).flatMap(Int.init(exactly:)),
            headers: headers, duration: row.integerIfPresent(4).map { .microseconds($0) },
            timeToFirstToken: row.integerIfPresent(5).map { .microseconds($0) },
            responseHash: row.bytesIfPresent(6), attempts: attempts)
    }
}

extension JournaledExchange {
    fileprivate var hasItsHashes: Bool {
        guard Array(SHA256.hash(data: request)) == intent.requestHash else { return false }
        guard let responseHash = outcome.responseHash else { return true }
        return Array(SHA256.hash(data: response)) == responseHash
    }
}

extension ExchangeIntent {
    /// Stands for a head that the disk has lost: what is left of the exchange goes to quarantine under an id of its own.
    fileprivate static func unreadable(_ sequence: Int64) -> ExchangeIntent {
        let id = ID<Exchange>.new()
        return ExchangeIntent(
            id: id, project: ID(UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))), key: nil,
            receivedAt: id.timestamp, endpoint: "", streamed: false, requestedModel: nil, conversation: nil,
            endUser: nil, tags: [], provider: nil, requestHash: [])
    }
}
