import AsyncPostgres
import Foundation
import GleanerCore

/// Takes one subject out of every table, a few hundred exchanges a transaction.
///
/// What a batch deleted, that it is counted, and the tombstones of its exchanges become true together: killed at any
/// point, it goes on with what is left.
struct ErasureSweep: Sendable {
    static let batch = 200

    let pool: PostgresPool
    let project: ID<Project>
    let subject: ErasureSubject
    /// What was received until then goes.
    let before: Date
    /// Names under which the end user rated; empty for other subjects.
    let raters: [String]
    /// `nil` counts only, and leaves everything as it is.
    let erasure: ID<Erasure>?

    /// - Parameter progress: exchanges so far.
    /// - Returns: rows by table, and how many exchanges stay that repeat what went.
    @discardableResult
    func run(progress: (Int) async throws -> Void = { _ in }) async throws -> ErasureTally {
        var tally = ErasureTally()
        var cursor: ID<Exchange>?
        var done = 0
        repeat {
            let ids = try await next(after: cursor)
            guard !ids.isEmpty else { break }
            tally += try await inTransaction { try await ErasureBatch(sweep: self, ids: ids).erase(on: $0) }
            done += ids.count
            cursor = ids.last
            try await progress(done)
            // An exchange and its shadows come all at once.
        } while subject.kind != .exchange
        tally += try await inTransaction { try await ErasureLooseEnds(sweep: self).erase(on: $0) }
        return tally
    }

    /// Of exchanges whose ids are known already: what came to them meanwhile.
    func run(again ids: [ID<Exchange>]) async throws -> ErasureTally {
        try await inTransaction { try await ErasureBatch(sweep: self, ids: ids).erase(on: $0) }
    }

    /// Of versions that have lost lines: what trainers have said since.
    @discardableResult
    func run(trainedOn versions: [UUID]) async throws -> ErasureTally {
        try await inTransaction { connection in
            var tally = ErasureTally()
            try await TuningErasure(project: project).erase(versions: versions, &tally, connection)
            return tally
        }
    }

    private func next(after cursor: ID<Exchange>?) async throws -> [ID<Exchange>] {
        let rows: PostgresResult
        switch subject {
        case .exchange(let id):
            rows = try await pool.query(
                """
                SELECT id FROM gleaner.exchanges WHERE project_id = \(project.uuid) AND shadow_of = \(id.uuid) LIMIT 1000
                """)
            return [id] + (try rows.map { ID(try $0.decode("id")) })
        case .endUser(let name):
            rows = try await pool.query(
                """
                SELECT id FROM gleaner.exchanges
                WHERE project_id = \(project.uuid) AND end_user = \(name) AND received_at <= \(before)
                  AND id > \(cursor?.uuid ?? Self.lowest)
                ORDER BY id LIMIT \(Self.batch)
                """)
        case .conversation(let name):
            rows = try await pool.query(
                """
                SELECT id FROM gleaner.exchanges
                WHERE project_id = \(project.uuid) AND conversation = \(name) AND received_at <= \(before)
                  AND id > \(cursor?.uuid ?? Self.lowest)
                ORDER BY id LIMIT \(Self.batch)
                """)
        }
        return try rows.map { ID(try $0.decode("id")) }
    }

    private static let lowest = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))

    private func inTransaction(
        _ body: (PostgresConnection) async throws -> ErasureTally
    ) async throws -> ErasureTally {
        do {
            return try await pool.withTransaction { connection in
                // A few hundred keys against tables of any size: by their indexes, whatever the planner knows of them.
                try await connection.query(
                    """
                    SELECT set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
                           set_config('enable_seqscan', 'off', true)
                    """)
                let tally = try await body(connection)
                guard let erasure else { throw Counted(tally: tally) }
                try await add(tally, to: erasure, on: connection)
                return tally
            }
        } catch let counted as Counted {
            return counted.tally
        }
    }

    /// Ends a transaction that was only to be counted.
    private struct Counted: Error { let tally: ErasureTally }

    private func add(
        _ tally: ErasureTally, to erasure: ID<Erasure>, on connection: PostgresConnection
    ) async throws {
        guard !tally.isEmpty else { return }
        let row = try await connection.query(
            "SELECT counts, notes FROM gleaner.erasures WHERE id = \(erasure.uuid) FOR UPDATE"
        ).first
        guard let row else { throw ErasureError.unknown(erasure) }
        let decoder = JSONDecoder()
        let counts = try decoder.decode([String: Int64].self, from: Data(row.decode("counts", as: JSONB.self).bytes))
        var notes = try decoder.decode(ErasureNotes.self, from: Data(row.decode("notes", as: JSONB.self).bytes))
        notes.laterTurns = max(notes.laterTurns, tally.laterTurns)
        try await connection.query(
            """
            UPDATE gleaner.erasures
            SET counts = \(try JSONB(encoding: counts.merging(tally.rows, uniquingKeysWith: +))),
                notes = \(try JSONB(encoding: notes))
            WHERE id = \(erasure.uuid)
            """)
    }
}

/// Rows by table.
struct ErasureTally: Sendable, Equatable {
    private(set) var rows: [String: Int64] = [:]
    var laterTurns: Int64 = 0

    var isEmpty: Bool { rows.isEmpty && laterTurns == 0 }

    mutating func add(_ count: Int, to table: String) {
        if count > 0 { rows[table, default: 0] += Int64(count) }
    }

    static func += (tally: inout ErasureTally, other: ErasureTally) {
        tally.rows.merge(other.rows, uniquingKeysWith: +)
        tally.laterTurns = max(tally.laterTurns, other.laterTurns)
    }
}

extension JSONB {
    init(encoding value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        self.init(bytes: Array(try encoder.encode(value)))
    }
}
