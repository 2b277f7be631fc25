public import AsyncPostgres
import Foundation
import GleanerCore
public import Logging
public import ServiceLifecycle

/// Sees to it that this instance's journal, and the exports in its data directory, hold nothing of what was erased, and
/// says so in `gleaner.journals`.
///
/// Ingest itself drops what was erased on its way to PostgreSQL. Here is waited until nothing of it is left, open
/// exchanges included; then the files' free pages and log are overwritten.
public struct JournalErasures: Service {
    private static let interval = Duration.seconds(1)
    private static let exportsInterval = Duration.seconds(60)
    /// Tombstones looked at with one walk through the journal.
    private static let together = 500

    private let pool: PostgresPool
    private let store: ErasureStore
    private let journal: any ErasableJournal
    private let place: JournalPlace
    private let exports: ExportFiles
    private let logger: Logger

    public init(pool: PostgresPool, journal: any ErasableJournal, place: JournalPlace, logger: Logger) {
        self.pool = pool
        self.journal = journal
        self.place = place
        self.logger = logger
        store = ErasureStore(pool: pool)
        exports = ExportFiles(pool: pool, place: place, logger: logger)
    }

    public func run() async throws {
        await cancelWhenGracefulShutdown {
            var finished = Date.distantPast
            var isAway = false
            var lookedAt = ContinuousClock.now
            while !Task.isCancelled {
                do {
                    try await self.register()
                    try await self.confirm()
                    if ContinuousClock.now - lookedAt >= Self.exportsInterval {
                        // An export may have been under way when its version was withdrawn.
                        (finished, lookedAt) = (.distantPast, .now)
                    }
                    finished = try await self.exports.erase(finishedAfter: finished)
                    try await self.store.forgetProposals()
                    isAway = false
                } catch {
                    if !isAway, !Task.isCancelled {
                        self.logger.warning("erasures are not confirmed", metadata: ["error": "\(error)"])
                    }
                    isAway = true
                }
                try? await Task.sleep(for: Self.interval)
            }
        }
    }

    func register() async throws {
        try await pool.query(
            """
            INSERT INTO gleaner.journals (id, host, directory, leftovers, confirmed_until, seen_at)
            VALUES (\(place.id), \(place.host), \(place.directory), \(PostgresArray(journal.leftovers)), '-infinity',
                    clock_timestamp())
            ON CONFLICT (id) DO UPDATE SET
                host = excluded.host, directory = excluded.directory, leftovers = excluded.leftovers,
                seen_at = excluded.seen_at
            """)
    }

    /// - Returns: whether nothing is left to be confirmed.
    @discardableResult
    func confirm() async throws -> Bool {
        let open = try await pool.query(
            """
            SELECT e.project_id, e.subject_hash, e.erased_before, t.exchange_id
            FROM gleaner.erasures e
            LEFT JOIN gleaner.erased_exchanges t ON e.kind = 'exchange' AND t.erasure_id = e.id
            WHERE e.erased_before > (SELECT confirmed_until FROM gleaner.journals WHERE id = \(place.id))
            ORDER BY e.erased_before LIMIT \(Self.together)
            """)
        guard !open.isEmpty else { return true }
        let tombstones = Tombstones(
            try open.map(Tombstones.Row.init), hash: SubjectHash(key: try await store.key()))
        if try await journal.holds({ tombstones.cover($0) }) { return false }
        try await journal.scrub()
        try await pool.query(
            """
            UPDATE gleaner.journals SET confirmed_until = greatest(confirmed_until, \(tombstones.until)), seen_at = clock_timestamp()
            WHERE id = \(place.id)
            """)
        return open.count < Self.together
    }
}

/// Some erasures, as a journal is asked about them.
struct Tombstones: Sendable {
    struct Row: Sendable {
        let project: ID<Project>
        let hash: [UInt8]
        let before: Date
        /// One that is gone by its id.
        let exchange: ID<Exchange>?
    }

    private struct Subject: Hashable {
        let project: ID<Project>
        let hash: [UInt8]
    }
    private var subjects: [Subject: Date] = [:]
    private var ids: Set<ID<Exchange>> = []
    private let hash: SubjectHash
    private(set) var until = Date.distantPast

    init(_ rows: [Row], hash: SubjectHash) {
        self.hash = hash
        for row in rows {
            until = max(until, row.before)
            if let id = row.exchange { ids.insert(id) }
            let subject = Subject(project: row.project, hash: row.hash)
            subjects[subject] = max(subjects[subject] ?? row.before, row.before)
        }
    }

    /// Newer exchanges of a forbidden subject leave the journal as any others do: towards PostgreSQL, which has none.
    func cover(_ exchange: HeldExchange) -> Bool {
        if ids.contains(exchange.id) || exchange.shadowOf.map(ids.contains) == true { return true }
        let named = [(ErasureSubject.Kind.endUser, exchange.endUser), (.conversation, exchange.conversation)]
        return named.contains { kind, name in
            guard let name else { return false }
            let subject = Subject(project: exchange.project, hash: hash(kind, name, in: exchange.project))
            return subjects[subject].map { exchange.receivedAt <= $0 } == true
        }
    }
}

extension Tombstones.Row {
    init(_ row: PostgresRow) throws {
        self.init(
            project: ID(try row.decode("project_id")), hash: try row.decode("subject_hash"),
            before: try row.decode("erased_before"),
            exchange: try row.decodeIfPresent("exchange_id", as: UUID.self).map { ID($0) })
    }
}
