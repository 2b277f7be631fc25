import Foundation
import GleanerCore
import SQLite

/// What a start makes of the journal it finds: exchanges without an end get one.
///
/// One transaction, so a kill in the middle changes nothing and the next start does it all.
enum JournalRecovery {
    struct Found {
        var lastSequence: Int64 = 0
        /// By sequence: all are whole now and wait for Postgres.
        var exchanges: [Int64: (id: ID<Exchange>, bytes: Int64)] = [:]
        var interrupted: Int64 = 0
        /// What was wrong with the files.
        var damage = JournalDamage()
    }

    /// - Parameter reason: why an exchange has no end, as it is stored.
    static func run(
        _ connection: SQLiteConnection, reason: String = "gateway_stopped"
    ) throws(SQLiteError) -> Found {
        var found = Found()
        try connection.transaction { () throws(SQLiteError) in
            let insert = try connection.statement(
                """
                INSERT INTO records (seq, status, reason, response)
                SELECT seq, 'interrupted', ?, x'' FROM
                    (SELECT seq FROM intents UNION SELECT seq FROM checkpoints WHERE seq > 0)
                WHERE seq NOT IN (SELECT seq FROM records)
                """)
            insert.bind(1, reason)
            try insert.run()
            found.interrupted = Int64(connection.changes)
            FaultPoint.duringRecovery.pass()
        }
        // An end without a beginning is there only after damage; it is delivered too, as far as it goes.
        let rows = try connection.statement(
            """
            SELECT r.seq, i.id, coalesce(length(i.request), 0) + length(r.response) +
                   coalesce((SELECT sum(length(bytes)) FROM checkpoints c WHERE c.seq = r.seq), 0)
            FROM records r LEFT JOIN intents i ON i.seq = r.seq
            """)
        defer { rows.reset() }
        while try rows.step() {
            let sequence = rows.integer(0)
            found.exchanges[sequence] = (ID<Exchange>(bytes: rows.bytes(1)) ?? .new(), rows.integer(2))
            found.lastSequence = max(found.lastSequence, sequence)
        }
        return found
    }
}
