public import AsyncPostgres
import Foundation
public import GleanerCore

/// Statistics of what is in the database under a dataset's name.
public struct StatisticsService: Sendable {
    private let pool: PostgresPool

    public init(pool: PostgresPool) { self.pool = pool }

    /// Of the newest version's lines for training; of the examples written by hand when there is no version yet.
    /// - Throws: `DatasetError.datasetUnknown` when there is neither.
    public func statistics(
        of dataset: String, in project: ID<Project>, maximumTokens: Int = 16_385
    ) async throws -> DatasetStatistics {
        guard DatasetName.isOne(dataset) else { throw DatasetError.nameInvalid(dataset) }
        let versioned: SQL = """
            SELECT x.content FROM gleaner.examples x
            WHERE x.split <> 'holdout' AND x.version_id = (
                SELECT v.id FROM gleaner.dataset_versions v JOIN gleaner.datasets d ON d.id = v.dataset_id
                WHERE d.project_id = \(project.uuid) AND d.name = \(dataset) AND v.withdrawn_at IS NULL
                ORDER BY v.number DESC LIMIT 1)
            ORDER BY x.split, x.line
            """
        let written: SQL = """
            SELECT content FROM gleaner.written_examples
            WHERE project_id = \(project.uuid) AND dataset = \(dataset) ORDER BY file, line, id
            """
        for source in [versioned, written] {
            var reader = StatisticsReader(maximumTokens: maximumTokens)
            var count = 0
            try await pool.withTransaction { connection in
                try await connection.forEachRow(source) { row in
                    count += 1
                    reader.add(try row.decode("content"))
                }
            }
            if count > 0 { return reader.statistics() }
        }
        throw DatasetError.datasetUnknown(dataset)
    }
}
