import Foundation
import GRDB
import GleanerCore

/// What a start makes of the journal it finds: exchanges without an end get one.
///
/// One transaction, so a kill in the middle changes nothing and the next start does it all.
enum JournalRecovery {
    struct Found {
        var lastSequence: Int64
        /// By sequence: all are whole now and wait for Postgres.
        var exchanges: [Int64: (id: ID<Exchange>, bytes: Int64)]
        var interrupted: Int64
    }

    static func run(on database: DatabasePool) throws(JournalError) -> Found {
        do {
            return try database.writeWithoutTransaction { db in
                var interrupted = 0
                try db.inTransaction(.immediate) {
                    try db.execute(
                        sql: """
                            INSERT INTO records (seq, status, reason, response)
                            SELECT i.seq, ?, 'gateway_stopped', x''
                            FROM intents i LEFT JOIN records r ON r.seq = i.seq WHERE r.seq IS NULL
                            """, arguments: [ExchangeStatus.interrupted.rawValue])
                    interrupted = db.changesCount
                    FaultPoint.duringRecovery.pass()
                    return .commit
                }
                return try Found(
                    lastSequence: Int64.fetchOne(db, sql: "SELECT max(seq) FROM intents") ?? 0,
                    exchanges: exchanges(db), interrupted: Int64(interrupted))
            }
        } catch {
            throw JournalError(error)
        }
    }

    private static func exchanges(_ db: Database) throws -> [Int64: (id: ID<Exchange>, bytes: Int64)] {
        var found: [Int64: (id: ID<Exchange>, bytes: Int64)] = [:]
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT i.seq, i.id, length(i.request) + length(r.response) +
                       coalesce((SELECT sum(length(bytes)) FROM checkpoints c WHERE c.seq = i.seq), 0) AS bytes
                FROM intents i JOIN records r ON r.seq = i.seq
                """)
        while let row = try rows.next() {
            guard let id = ID<Exchange>(bytes: row["id"] as Data) else { continue }
            found[row["seq"]] = (id, row["bytes"])
        }
        return found
    }
}
