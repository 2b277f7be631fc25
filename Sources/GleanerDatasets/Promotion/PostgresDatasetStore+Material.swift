import AsyncPostgres
public import Foundation
public import GleanerCore

extension DatasetService {
    /// Exchanges that somebody judged, and examples that somebody wrote into the dataset, since a moment: a quick count
    /// of what a build may find new, before its gates.
    /// - Parameter limit: no more are counted.
    public func material(
        for dataset: String, since: Date?, in project: ID<Project>, limit: Int
    ) async throws -> Int {
        try await store.material(for: dataset, since: since, in: project, limit: limit)
    }
}

extension PostgresDatasetStore {
    /// Judgements are read at most that often for each exchange that is wanted: one that somebody judges ten thousand
    /// times costs no more.
    private static let judgementsOfEach = 50

    func material(for dataset: String, since: Date?, in project: ID<Project>, limit: Int) async throws -> Int {
        let floor = UUID.lowest(at: since ?? .distantPast)
        let since = since ?? Date(timeIntervalSince1970: 0)
        let reads = Int64(
            clamping: max(100_000, limit.multipliedReportingOverflow(by: Self.judgementsOfEach).partialValue))
        // Ids sort by time, and begin the indexes; a range of them leaves out weeks without a look.
        return try await pool.query(
            """
            SELECT count(*) AS count FROM (
                SELECT id FROM (
                    (SELECT exchange_id AS id FROM gleaner.reviews
                     WHERE project_id = \(project.uuid) AND id >= \(floor) AND kind IN ('review', 'final') LIMIT \(reads))
                    UNION
                    (SELECT exchange_id FROM gleaner.feedback
                     WHERE project_id = \(project.uuid) AND id >= \(floor) AND exchange_id IS NOT NULL
                       AND kind IN ('thumb', 'score', 'correction', 'preference') LIMIT \(reads))
                    UNION
                    (SELECT CASE v.preferred WHEN 'a' THEN c.exchange_a ELSE c.exchange_b END
                     FROM gleaner.comparison_verdicts v
                     JOIN gleaner.comparisons c ON c.id = v.comparison_id AND c.kind NOT IN ('correction', 'gate')
                     WHERE v.project_id = \(project.uuid) AND v.created_at > \(since) AND v.preferred <> 'tie' LIMIT \(reads))
                    UNION
                    (SELECT id FROM gleaner.written_examples
                     WHERE project_id = \(project.uuid) AND dataset = \(dataset) AND created_at > \(since) LIMIT \(reads))
                ) found LIMIT \(Int64(limit))
            ) counted
            """
        )[0].decode("count")
    }
}
