import Foundation
import GRDB
import GleanerCore
import NIOCore

/// One thing to write; several make a transaction.
enum JournalEntry: Sendable {
    case open(Int64, ExchangeIntent, request: ByteBuffer)
    case checkpoint(Int64, part: Int64, ByteBuffer)
    case close(Int64, ExchangeOutcome, rest: ByteBuffer)
    /// Postgres has these: they leave.
    case acknowledge([Int64])
}

/// Turns entries into rows. Lives on the journal's own thread.
final class JournalWriter {
    private let database: DatabasePool

    init(database: DatabasePool) { self.database = database }

    /// Writes all entries in one transaction; when it returns they are as durable as the journal promises.
    func commit(_ entries: [JournalEntry]) throws(JournalError) {
        do {
            FaultPoint.beforeCommit.pass()
            try database.writeWithoutTransaction { db in
                try db.inTransaction(.immediate) {
                    for entry in entries { try write(entry, db) }
                    return .commit
                }
            }
            FaultPoint.afterCommit.pass()
        } catch {
            throw JournalError(error)
        }
    }

    private func write(_ entry: JournalEntry, _ db: Database) throws {
        switch entry {
        case .open(let sequence, let intent, let request):
            let statement = try db.cachedStatement(
                sql: "INSERT INTO intents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
            try statement.execute(arguments: [
                sequence, Data(intent.id.bytes), Data(intent.project.bytes), intent.key.map { Data($0.bytes) },
                Int64((intent.receivedAt.timeIntervalSince1970 * 1_000_000).rounded()), intent.endpoint,
                intent.streamed, intent.requestedModel, intent.conversation, intent.endUser,
                intent.tags.joined(separator: Self.tagSeparator), intent.provider, Data(intent.requestHash),
                Data(request.readableBytesView), try IntentDetails(intent).encoded(),
            ])
        case .checkpoint(let sequence, let part, let bytes):
            let statement = try db.cachedStatement(sql: "INSERT INTO checkpoints VALUES (?, ?, ?)")
            try statement.execute(arguments: [sequence, part, Data(bytes.readableBytesView)])
        case .close(let sequence, let outcome, let rest):
            let statement = try db.cachedStatement(sql: "INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
            let headers = outcome.headers.isEmpty ? nil : try JSONEncoder().encode(outcome.headers)
            try statement.execute(arguments: [
                sequence, outcome.status.rawValue, outcome.reason, outcome.httpStatus, headers,
                outcome.duration.map(Self.microseconds), outcome.timeToFirstToken.map(Self.microseconds),
                outcome.responseHash.map { Data($0) }, Data(rest.readableBytesView),
                outcome.attempts.isEmpty ? nil : try JSONEncoder().encode(outcome.attempts),
            ])
        case .acknowledge(let sequences):
            for table in ["records", "checkpoints", "intents"] {
                let statement = try db.cachedStatement(sql: "DELETE FROM \(table) WHERE seq = ?")
                for sequence in sequences { try statement.execute(arguments: [sequence]) }
            }
        }
    }

    /// A control character that a tag cannot contain.
    static let tagSeparator = "\u{1F}"

    private static func microseconds(_ duration: Duration) -> Int64 {
        duration.components.seconds * 1_000_000 + duration.components.attoseconds / 1_000_000_000_000
    }
}
