import AsyncPostgres
import Foundation
public import GleanerCore

extension DatasetService {
    /// What changed between two versions of a dataset.
    /// - Parameter from: `nil` for the version before `to`.
    public func diff(_ to: DatasetVersion, from: DatasetVersion?, project: ID<Project>) async throws -> VersionDiff {
        let before: DatasetVersion
        if let from {
            before = from
        } else if to.number > 1 {
            before = try await version(String(to.number - 1), of: to.dataset, in: project)
        } else {
            throw DatasetError.versionUnknown(dataset: to.dataset, version: "0")
        }
        return try await store.diff(before, to)
    }
}

extension PostgresDatasetStore {
    func diff(_ before: DatasetVersion, _ after: DatasetVersion) async throws -> VersionDiff {
        var diff = VersionDiff(dataset: after.dataset, from: before.number, to: after.number)
        diff.languages = .init(before.statistics.languages, after.statistics.languages)
        diff.answerSources = .init(before.statistics.answerSources, after.statistics.answerSources)
        diff.models = .init(before.statistics.models, after.statistics.models)
        let members = Set((before.policy.objectValue ?? [:]).keys).union((after.policy.objectValue ?? [:]).keys)
        diff.policyChanges = members.sorted().filter { before.policy[$0] != after.policy[$0] }
        let result = diff
        return try await pool.withConnection { connection in
            var diff = result
            try await connection.transaction {
                try await connection.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                try await count(&diff, before.id, after.id, on: connection)
                diff.surges = try await surges(before.id, after.id, on: connection)
            }
            return diff
        }
    }

    private func count(
        _ diff: inout VersionDiff, _ before: UUID, _ after: UUID, on connection: PostgresConnection
    ) async throws {
        let rows = try await connection.query(
            """
            WITH o AS (SELECT exchange_id, split, sha256 FROM gleaner.examples WHERE version_id = \(before) AND split <> 'holdout'),
                 n AS (SELECT exchange_id, split, sha256 FROM gleaner.examples WHERE version_id = \(after) AND split <> 'holdout')
            SELECT count(*) FILTER (WHERE o.exchange_id IS NULL) AS added,
                   count(*) FILTER (WHERE n.exchange_id IS NULL) AS gone,
                   count(*) FILTER (WHERE o.sha256 <> n.sha256) AS changed,
                   count(*) FILTER (WHERE o.split <> n.split) AS moved,
                   count(*) FILTER (WHERE o.sha256 = n.sha256 AND o.split = n.split) AS same
            FROM o FULL JOIN n USING (exchange_id)
            """, timeout: Self.patience)[0]
        diff.added = try rows.decode("added")
        diff.gone = try rows.decode("gone")
        diff.changed = try rows.decode("changed")
        diff.moved = try rows.decode("moved")
        diff.same = try rows.decode("same")
        diff.addedLines = try await lines(of: after, butNot: before, on: connection)
        diff.goneLines = try await lines(of: before, butNot: after, on: connection)
        diff.changedLines = try await connection.query(
            """
            SELECT n.exchange_id::text AS id, n.split, n.content FROM gleaner.examples n
            JOIN gleaner.examples o ON o.version_id = \(before) AND o.exchange_id = n.exchange_id AND o.sha256 <> n.sha256
            WHERE n.version_id = \(after) AND n.split <> 'holdout' AND o.split <> 'holdout' ORDER BY n.exchange_id LIMIT 10
            """, timeout: Self.patience
        ).map(Self.line)
    }

    private func lines(of version: UUID, butNot other: UUID, on connection: PostgresConnection) async throws
        -> [VersionDiff.Line]
    {
        try await connection.query(
            """
            SELECT n.exchange_id::text AS id, n.split, n.content FROM gleaner.examples n
            WHERE n.version_id = \(version) AND n.split <> 'holdout'
              AND NOT EXISTS (SELECT 1 FROM gleaner.examples o WHERE o.version_id = \(other)
                                AND o.exchange_id = n.exchange_id AND o.split <> 'holdout')
            ORDER BY n.exchange_id LIMIT 10
            """, timeout: Self.patience
        ).map(Self.line)
    }

    private static func line(_ row: PostgresRow) throws -> VersionDiff.Line {
        let (prompt, answer) = ExampleText.ends(of: try row.decode("content"))
        return .init(
            id: try row.decode("id"), split: try row.decode("split"), prompt: String(prompt.prefix(200)),
            answer: String(answer.prefix(200)))
    }

    private func surges(_ before: UUID, _ after: UUID, on connection: PostgresConnection) async throws -> [VersionDiff
        .Surge]
    {
        var surge = PhraseSurge()
        for (version, isNew) in [(before, false), (after, true)] {
            try await connection.forEachRow(
                """
                SELECT x.content, e.end_user FROM gleaner.examples x
                LEFT JOIN gleaner.exchanges e ON e.shard = x.shard AND e.id = x.exchange_id AND x.source = 'exchange'
                WHERE x.version_id = \(version) AND x.split <> 'holdout'
                ORDER BY x.sha256 LIMIT \(Int64(PhraseSurge.largestSample))
                """
            ) { row in
                let answer = ExampleText.ends(of: try row.decode("content")).answer
                if isNew {
                    surge.addAfter(answer, endUser: try row.decodeIfPresent("end_user"))
                } else {
                    surge.addBefore(answer)
                }
            }
        }
        return surge.surges
    }
}

/// The last question and the answer to learn, of a canonical line of any kind.
enum ExampleText {
    static func ends(of content: [UInt8]) -> (prompt: String, answer: String) {
        guard let document = try? JSONValue(parsing: content) else { return ("", "") }
        let messages = (document["input"]?["messages"] ?? document["messages"])?.arrayValue ?? []
        let answer = document["preferred_output"]?.arrayValue?.last ?? messages.last
        return (
            messages.last { $0["role"] == "user" }.map(ExchangeTurns.text) ?? "", answer.map(ExchangeTurns.text) ?? ""
        )
    }
}
