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
    /// What is left of one.
    fileprivate struct Found {
        var parts: [UInt8] = []
        var outcome: ExchangeOutcome?
        var rest: [UInt8] = []
        var intent: ExchangeIntent?
        var request: [UInt8] = []
        var isDamaged = false
    }

    /// - Throws: when the file as a whole cannot be read.
    static func read(_ sequences: [Int64], from connection: SQLiteConnection) throws(SQLiteError) -> [WaitingExchange] {
        var exchanges: [WaitingExchange] = []
        // A damaged page hides one row from a read of this row only.
        func apart(_ sequence: Int64) throws(SQLiteError) -> [WaitingExchange] {
            try read(sequence...sequence, from: connection, isTolerant: true)
        }
        for range in JournalWriter.ranges(sequences) {
            do {
                for exchange in try read(range, from: connection) {
                    exchanges += exchange.isDamaged ? try apart(exchange.sequence) : [exchange]
                }
            } catch  where error.primary == SQLiteError.corrupt {
                for sequence in range { exchanges += try apart(sequence) }
            }
        }
        return exchanges
    }

    /// - Parameter isTolerant: what cannot be read is left out, instead of thrown.
    private static func read(
        _ range: ClosedRange<Int64>, from connection: SQLiteConnection, isTolerant: Bool = false
    ) throws(SQLiteError) -> [WaitingExchange] {
        var found = Array(repeating: Found(), count: range.count)
        func each(_ sql: String, _ body: (SQLiteStatement, inout Found, Int64) -> Void) throws(SQLiteError) {
            do {
                let rows = try connection.statement(sql)
                defer { rows.reset() }
                rows.bind(1, range.lowerBound)
                rows.bind(2, range.upperBound)
                while try rows.step() {
                    let sequence = rows.integer(0)
                    guard range.contains(sequence) else { continue }
                    body(rows, &found[Int(sequence - range.lowerBound)], sequence)
                }
            } catch  where isTolerant && error.primary == SQLiteError.corrupt {
                for index in found.indices { found[index].isDamaged = true }
            }
        }
        try each(Self.checkpoints) { row, found, _ in found.parts += row.bytes(1) }
        try each(Self.records, readRecord)
        try each(Self.intents, readIntent)
        return zip(range, found).map { WaitingExchange($0, $1) }
    }

    private static let checkpoints = "SELECT seq, bytes FROM checkpoints WHERE seq BETWEEN ? AND ? ORDER BY seq, part"
    private static let records = """
        SELECT seq, status, reason, http_status, headers, duration_us, ttft_us, response_sha256, response, attempts, seal
        FROM records WHERE seq BETWEEN ? AND ?
        """
    private static let intents = """
        SELECT seq, id, project, api_key, received_us, endpoint, streamed, model, conversation, end_user, tags,
               provider, request_sha256, request, details, seal
        FROM intents WHERE seq BETWEEN ? AND ?
        """

    private static func readRecord(_ row: SQLiteStatement, _ found: inout Found, _ sequence: Int64) {
        found.outcome = outcome(row)
        found.rest = row.bytes(8)
        let isSealed = isSealed(row, sequence, by: 10, [1...7, 9...9])
        if !isSealed { found.isDamaged = true }
    }

    private static func readIntent(_ row: SQLiteStatement, _ found: inout Found, _ sequence: Int64) {
        found.intent = intent(row)
        found.request = row.bytes(13)
        let isSealed = isSealed(row, sequence, by: 15, [1...12, 14...14])
        if !isSealed { found.isDamaged = true }
    }

    /// Whether a row still says what was written. What a start has added or an earlier version wrote has no seal.
    private static func isSealed(
        _ row: SQLiteStatement, _ sequence: Int64, by place: Int32, _ columns: [ClosedRange<Int32>]
    ) -> Bool {
        guard let expected = row.integerIfPresent(place) else { return true }
        var seal = JournalSeal(sequence: sequence)
        for columns in columns { seal.add(columns, of: row) }
        return seal.value == expected
    }

    private static func intent(_ row: SQLiteStatement) -> ExchangeIntent? {
        guard let id = ID<Exchange>(bytes: row.bytes(1)), let project = ID<Project>(bytes: row.bytes(2)),
            let details = try? JournalEnvelope.details(row.bytesIfPresent(14))
        else { return nil }
        let tags = row.text(10)
        return ExchangeIntent(
            id: id, project: project, key: row.bytesIfPresent(3).flatMap { ID(bytes: $0) },
            receivedAt: Date(microsecondsSince1970: row.integer(4)), endpoint: row.text(5),
            streamed: row.integer(6) != 0, requestedModel: row.textIfPresent(7), conversation: row.textIfPresent(8),
            endUser: row.textIfPresent(9),
            tags: tags.isEmpty ? [] : tags.components(separatedBy: JournalWriter.tagSeparator),
            provider: row.textIfPresent(11), requestHash: row.bytes(12), source: details.source,
            choice: details.choice, shadowOf: details.shadowOf, metadata: details.metadata,
            traceParent: details.traceParent)
    }

    private static func outcome(_ row: SQLiteStatement) -> ExchangeOutcome? {
        guard let status = ExchangeStatus(rawValue: row.text(1)),
            let headers = try? JournalEnvelope.headers(row.bytesIfPresent(4)),
            let attempts = try? JournalEnvelope.attempts(row.bytesIfPresent(9))
        else { return nil }
        return ExchangeOutcome(
            status: status, reason: row.textIfPresent(2),
            httpStatus: row.integerIfPresent(3).flatMap(Int.init(exactly:)),
            headers: headers, duration: row.integerIfPresent(5).map { .microseconds($0) },
            timeToFirstToken: row.integerIfPresent(6).map { .microseconds($0) },
            responseHash: row.bytesIfPresent(7), attempts: attempts)
    }
}

extension WaitingExchange {
    fileprivate init(_ sequence: Int64, _ found: JournalReader.Found) {
        let exchange = JournaledExchange(
            intent: found.intent ?? .unreadable(sequence),
            outcome: found.outcome
                ?? ExchangeOutcome(status: .interrupted, reason: "journal_damaged", httpStatus: nil),
            request: found.request, response: found.parts.isEmpty ? found.rest : found.parts + found.rest)
        let isWhole = found.intent != nil && found.outcome != nil && !found.isDamaged && exchange.hasItsHashes
        self.init(sequence: sequence, exchange: exchange, isDamaged: !isWhole)
    }
}

extension JournaledExchange {
    fileprivate var hasItsHashes: Bool {
        guard SHA256.hash(data: request) == intent.requestHash else { return false }
        guard let responseHash = outcome.responseHash else { return true }
        return SHA256.hash(data: response) == responseHash
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
