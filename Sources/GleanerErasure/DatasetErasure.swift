import AsyncPostgres
import Foundation
import GleanerCore

/// Lines of dataset versions, and what was made of those versions.
struct DatasetErasure {
    let sweep: ErasureSweep
    private var project: UUID { sweep.project.uuid }

    /// Lines, exclusions and written examples of `exchanges`; the rejected side of a pair has its id in the lineage only.
    func erase(
        exchanges ids: [ID<Exchange>], _ tally: inout ErasureTally, _ connection: PostgresConnection
    ) async throws {
        let excluded = try await connection.query(
            """
            DELETE FROM gleaner.exclusions x USING gleaner.dataset_versions v
            WHERE v.project_id = \(project) AND x.version_id = v.id
              AND x.exchange_id = ANY (\(PostgresArray(ids.map(\.uuid))))
            """)
        tally.add(excluded.affected, to: "exclusions")
        let written = try await connection.query(
            """
            DELETE FROM gleaner.written_examples
            WHERE project_id = \(project) AND id = ANY (\(PostgresArray(ids.map(\.uuid))))
            """)
        tally.add(written.affected, to: "written_examples")
        try await erase(lines: ids, &tally, connection)
        let paired = try await connection.query(
            """
            DELETE FROM gleaner.examples x USING gleaner.dataset_versions v
            WHERE v.project_id = \(project) AND v.kind <> 'sft' AND x.version_id = v.id
              AND EXISTS (SELECT 1 FROM unnest(\(PostgresArray(ids.map(\.description)))) AS k (id)
                          WHERE position(k.id IN x.lineage::text) > 0)
            RETURNING x.version_id
            """)
        try await mark(paired, &tally, connection)
    }

    func erase(
        lines ids: [ID<Exchange>], _ tally: inout ErasureTally, _ connection: PostgresConnection
    ) async throws {
        guard !ids.isEmpty else { return }
        let lines = try await connection.query(
            """
            DELETE FROM gleaner.examples x USING gleaner.dataset_versions v
            WHERE x.exchange_id = ANY (\(PostgresArray(ids.map(\.uuid)))) AND v.id = x.version_id
              AND v.project_id = \(project)
            RETURNING x.version_id
            """)
        try await mark(lines, &tally, connection)
    }

    /// Takes raters' names out of the lineage of lines that stay.
    func forget(
        raters: [String], in ids: [ID<Exchange>], _ tally: inout ErasureTally, _ connection: PostgresConnection
    ) async throws {
        guard !ids.isEmpty else { return }
        for rater in raters {
            // As a whole string of the document, wherever it stands.
            let changed = try await connection.query(
                """
                UPDATE gleaner.examples x
                SET lineage = replace(x.lineage::text, to_jsonb(\(rater))::text, '"erased"')::jsonb
                FROM gleaner.dataset_versions v
                WHERE x.exchange_id = ANY (\(PostgresArray(ids.map(\.uuid)))) AND v.id = x.version_id
                  AND v.project_id = \(project) AND position(to_jsonb(\(rater))::text IN x.lineage::text) > 0
                """)
            tally.add(changed.affected, to: "examples.lineage")
        }
    }

    /// A version that has lost a line is withdrawn, and models that learnt from it are known to have.
    private func mark(
        _ lines: PostgresResult, _ tally: inout ErasureTally, _ connection: PostgresConnection
    ) async throws {
        tally.add(lines.affected, to: "examples")
        var lost: [UUID: Int32] = [:]
        for line in lines { lost[try line.decode("version_id"), default: 0] += 1 }
        let versions = lost.sorted { $0.key.uuidString < $1.key.uuidString }
        guard !versions.isEmpty else { return }
        let (ids, counts) = (PostgresArray(versions.map(\.key)), PostgresArray(versions.map(\.value)))
        let reason = "erasure \(sweep.erasure?.description ?? "")"
        try await connection.query(
            """
            UPDATE gleaner.dataset_versions v
            SET erased_examples = erased_examples + l.lost, withdrawn_at = coalesce(withdrawn_at, clock_timestamp()),
                withdrawn_reason = coalesce(withdrawn_reason, \(reason))
            FROM unnest(\(ids), \(counts)) AS l (id, lost) WHERE v.id = l.id
            """)
        try await TuningErasure(project: sweep.project).erase(versions: versions.map(\.key), &tally, connection)
        guard let erasure = sweep.erasure else { return }
        try await connection.query(
            """
            INSERT INTO gleaner.erasure_versions AS e (erasure_id, version_id, examples)
            SELECT \(erasure.uuid), l.id, l.lost FROM unnest(\(ids), \(counts)) AS l (id, lost)
            ON CONFLICT (erasure_id, version_id) DO UPDATE SET examples = e.examples + excluded.examples
            """)
    }
}
