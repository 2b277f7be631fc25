import AsyncPostgres
public import Foundation
public import GleanerCore

/// How the version that a build would make differs from one that is there; of its lines for training.
public struct DatasetNews: Sendable, Hashable {
    public let train: Int
    public let validation: Int
    /// Of exchanges and written examples that the version has no line of.
    public let added: Int
    public let gone: Int
    /// With other bytes: corrected since, or another system prompt.
    public let changed: Int

    public var isSame: Bool { added == 0 && gone == 0 && changed == 0 }
}

extension DatasetService {
    /// Goes as far as a build does, and keeps nothing.
    /// - Parameter version: `nil` when there is none yet: everything is new.
    public func news(
        dataset: String, policy: PromotionPolicy, beside version: DatasetVersion?, project: ID<Project>,
        now: Date = Date()
    ) async throws -> DatasetNews {
        let build = try await plan(dataset, policy, project, nil, now)
        return try await build.look({ _ in }) { statistics, connection in
            try await build.store.news(statistics, beside: version?.id, on: connection)
        }
    }
}

extension PostgresDatasetStore {
    /// - Parameter connection: has the stage, settled.
    func news(
        _ statistics: DatasetVersion.Statistics, beside version: UUID?, on connection: PostgresConnection
    ) async throws -> DatasetNews {
        let row = try await connection.query(
            """
            WITH o AS (SELECT exchange_id, sha256 FROM gleaner.examples WHERE version_id = \(version) AND split <> 'holdout'),
                 n AS (SELECT exchange_id, sha256(content) AS sha256 FROM staged WHERE reason IS NULL AND split <> 'holdout')
            SELECT count(*) FILTER (WHERE o.exchange_id IS NULL) AS added,
                   count(*) FILTER (WHERE n.exchange_id IS NULL) AS gone,
                   count(*) FILTER (WHERE o.sha256 <> n.sha256) AS changed
            FROM o FULL JOIN n USING (exchange_id)
            """, timeout: Self.patience)[0]
        return DatasetNews(
            train: statistics.train, validation: statistics.validation, added: try row.decode("added"),
            gone: try row.decode("gone"), changed: try row.decode("changed"))
    }
}

extension DatasetService {
    /// How the lengths of lines moved between two versions, over bins that held a tenth of `before` each.
    public func lengthDrift(from before: DatasetVersion, to after: DatasetVersion) async throws -> VersionDiff.Drift {
        let rows = try await store.pool.query(
            """
            WITH lines AS (
                SELECT version_id = \(after.id) AS is_new, (lineage->>'estimated_tokens')::bigint AS tokens
                FROM gleaner.examples
                WHERE version_id IN (\(before.id), \(after.id)) AND split <> 'holdout'
                  AND lineage ? 'estimated_tokens'
            ), cuts AS (
                -- Above each tenth: where all were of one length, a longer line is in a bin of its own.
                SELECT array_agg(DISTINCT cut ORDER BY cut) AS at FROM (
                    SELECT 1 + unnest(percentile_disc(ARRAY[.1, .2, .3, .4, .5, .6, .7, .8, .9])
                        WITHIN GROUP (ORDER BY tokens)) AS cut
                    FROM lines WHERE NOT is_new) c
                WHERE cut IS NOT NULL
            )
            SELECT width_bucket(tokens, cuts.at) AS bin, count(*) FILTER (WHERE NOT is_new) AS before,
                   count(*) FILTER (WHERE is_new) AS after
            FROM lines, cuts WHERE cuts.at IS NOT NULL GROUP BY 1
            """)
        var counts: (before: [String: Int], after: [String: Int]) = ([:], [:])
        for row in rows {
            let bin = "\(try row.decode("bin", as: Int32.self))"
            counts.before[bin] = try row.decode("before", as: Int.self)
            counts.after[bin] = try row.decode("after", as: Int.self)
        }
        return VersionDiff.Drift(counts.before, counts.after)
    }
}
