import AsyncPostgres
import Foundation
import GleanerCore

/// Datasets, their versions, examples and exclusions.
struct PostgresDatasetStore: Sendable {
    /// For the statements of a build that look at everything at once, and for waiting on a build beside this one.
    static let patience = Duration.seconds(900)

    let pool: PostgresPool

    // MARK: Reading candidates

    /// Every exchange that somebody reviewed, rated or corrected, by id.
    func forEachCandidate(
        of project: ID<Project>, on connection: PostgresConnection, _ body: (Candidate) async throws -> Void
    ) async throws {
        try await connection.forEachRow(
            """
            WITH judged AS (
                SELECT shard, exchange_id FROM gleaner.counted_reviews WHERE project_id = \(project.uuid)
                UNION
                SELECT shard, exchange_id FROM gleaner.feedback
                WHERE project_id = \(project.uuid) AND kind IN ('thumb', 'score', 'correction')
            )
            SELECT e.id, e.received_at, e.endpoint, e.status, e.http_status, e.complete, e.finish_reason, e.conversation,
                   e.end_user, e.served_model, b.request, b.messages, b.answer, e.redaction IS NOT NULL AS is_redacted,
                   EXISTS (SELECT 1 FROM gleaner.moderation_policies p WHERE p.project_id = e.project_id) AS is_moderated,
                   (SELECT jsonb_object_agg(d.target, d.action)
                    FROM (SELECT DISTINCT ON (target) target, action FROM gleaner.moderation_decisions d
                          WHERE d.shard = e.shard AND d.exchange_id = e.id AND d.project_id = e.project_id
                            AND d.target <> 'comment'
                          ORDER BY target, id DESC) d) AS moderation,
                   (SELECT jsonb_agg(jsonb_build_object(
                               'id', r.id, 'reviewer', r.reviewer, 'lowest', r.lowest, 'scores', r.scores,
                               'correction', r.correction) ORDER BY r.created_at, r.id)
                    FROM gleaner.counted_reviews r
                    WHERE r.shard = e.shard AND r.exchange_id = e.id AND r.project_id = e.project_id) AS reviews,
                   (SELECT jsonb_agg(jsonb_build_object(
                               'id', f.id, 'kind', f.kind, 'rater', f.rater, 'thumb', f.thumb, 'score', f.score,
                               'body', CASE f.kind WHEN 'correction' THEN f.body END, 'raised', f.raised,
                               'mark', (SELECT min(m.reason) FROM gleaner.rater_marks m
                                        WHERE m.project_id = f.project_id AND m.cleared_at IS NULL
                                          AND m.rater = gleaner.watched_voice(f.rater, f.api_key_id)
                                          AND f.created_at >= m.since AND (m.until IS NULL OR f.created_at < m.until)))
                               ORDER BY f.created_at, f.id)
                    FROM (SELECT DISTINCT ON (gleaner.voice(rater, api_key_id, kind, id), kind) * FROM gleaner.feedback f
                          WHERE f.shard = e.shard AND f.exchange_id = e.id AND f.project_id = e.project_id
                          ORDER BY gleaner.voice(rater, api_key_id, kind, id), kind, created_at DESC, id DESC) f) AS feedback
            FROM judged j
            JOIN gleaner.exchanges e ON e.shard = j.shard AND e.id = j.exchange_id AND e.project_id = \(project.uuid)
            LEFT JOIN gleaner.exchange_bodies b ON b.shard = e.shard AND b.id = e.id
            ORDER BY e.id
            """, batch: 200
        ) { row in try await body(try Self.candidate(row)) }
    }

    func countExchanges(of project: ID<Project>, on connection: PostgresConnection) async throws -> Int {
        try await connection.query(
            "SELECT count(*) AS count FROM gleaner.exchanges WHERE project_id = \(project.uuid)",
            timeout: Self.patience)[0].decode("count")
    }

    private static func candidate(_ row: PostgresRow) throws -> Candidate {
        // Postgres holds JSON that Foundation refuses (1e400, deep nesting): such an exchange is left out as unreadable
        // rather than stopping every build.
        func json(_ column: String) throws -> JSONValue? {
            try row.decodeIfPresent(column, as: JSONB.self).flatMap { try? JSONValue(parsing: $0.bytes) }
        }
        // The bytes are the truth; tools are read from them, because the projection keeps messages only.
        let request = try row.decodeIfPresent("request", as: [UInt8].self).flatMap { bytes in
            bytes.count <= 16 << 20 ? try? JSONValue(parsing: bytes) : nil
        }
        return Candidate(
            id: ID(try row.decode("id", as: UUID.self)), receivedAt: try row.decode("received_at"),
            endpoint: try row.decode("endpoint"), status: try row.decode("status"),
            httpStatus: try row.decodeIfPresent("http_status", as: Int.self), isComplete: try row.decode("complete"),
            finishReason: try row.decodeIfPresent("finish_reason"),
            conversation: try row.decodeIfPresent("conversation"),
            endUser: try row.decodeIfPresent("end_user"), servedModel: try row.decodeIfPresent("served_model"),
            messages: try json("messages")?.arrayValue,
            answer: try json("answer")?["choices"]?.arrayValue?.first?["message"], tools: request?["tools"],
            parallelToolCalls: request?["parallel_tool_calls"],
            reviews: (try json("reviews")?.arrayValue ?? []).map { review in
                Candidate.Review(
                    id: review["id"]?.stringValue ?? "", reviewer: review["reviewer"]?.stringValue ?? "",
                    lowest: Int(review["lowest"]?.intValue ?? 0), scores: review["scores"] ?? .null,
                    correction: review["correction"]?.stringValue)
            },
            said: (try json("feedback")?.arrayValue ?? []).map { feedback in
                Candidate.Feedback(
                    id: feedback["id"]?.stringValue ?? "", kind: feedback["kind"]?.stringValue ?? "",
                    rater: feedback["rater"]?.stringValue, thumb: feedback["thumb"]?.intValue.map(Int.init),
                    score: feedback["score"]?.intValue.map(Int.init), body: feedback["body"]?.stringValue,
                    raised: feedback["raised"]?.boolValue, mark: feedback["mark"]?.stringValue)
            },
            moderation: Candidate.Moderation(
                isRequired: try row.decode("is_moderated"),
                actions: Self.actions(try json("moderation")?.objectValue?.compactMapValues(\.stringValue) ?? [:]),
                isRedacted: try row.decode("is_redacted")))
    }

    /// One decision may be of both sides; one of a side alone counts instead.
    private static func actions(_ decided: [String: String]) -> [String: String] {
        guard let both = decided["exchange"] else { return decided }
        return ["prompt": both, "response": both].merging(decided.filter { $0.key != "exchange" }) { $1 }
    }

    // MARK: A version in the making

    func openVersion(
        dataset: String, policy: PromotionPolicy, project: ID<Project>, on connection: PostgresConnection
    ) async throws -> VersionPlace {
        try await connection.query(
            """
            INSERT INTO gleaner.datasets (id, project_id, name, created_at)
            VALUES (\(ID<DatasetVersion>.new().uuid), \(project.uuid), \(dataset), now())
            ON CONFLICT (project_id, name) DO NOTHING
            """, timeout: Self.patience)
        // One build of a dataset at a time: numbers count up without gaps. An update, since a mere lock would not tell
        // this snapshot that another build has committed in the meantime.
        let row = try await connection.query(
            """
            UPDATE gleaner.datasets SET name = name WHERE project_id = \(project.uuid) AND name = \(dataset)
            RETURNING id
            """, timeout: Self.patience)[0]
        let id: UUID = try row.decode("id")
        let number: Int = try await connection.query(
            "SELECT coalesce(max(number), 0) + 1 AS number FROM gleaner.dataset_versions WHERE dataset_id = \(id)")[0]
            .decode("number")
        let (policyID, policyVersion) = try await keep(policy, of: project, on: connection)
        return VersionPlace(
            id: ID<DatasetVersion>.new().uuid, dataset: id, name: dataset, number: number, policy: policyID,
            policyVersion: policyVersion, salt: "split:\(id.uuidString.lowercased())")
    }

    /// The policy's row: the newest of its name if it says the same, else a new version.
    private func keep(
        _ policy: PromotionPolicy, of project: ID<Project>, on connection: PostgresConnection
    ) async throws -> (UUID, Int) {
        let document = JSONB(bytes: try policy.document.canonicalBytes())
        try await connection.query(
            "SELECT pg_advisory_xact_lock(hashtext(\("gleaner.policy:\(project):\(policy.name)")))",
            timeout: Self.patience)
        let newest = try await connection.query(
            """
            SELECT id, version, document = \(document) AS same FROM gleaner.promotion_policies
            WHERE project_id = \(project.uuid) AND name = \(policy.name) ORDER BY version DESC LIMIT 1
            """
        ).first
        let version = try newest?.decode("version", as: Int.self) ?? 0
        if let newest, try newest.decode("same", as: Bool.self) { return (try newest.decode("id"), version) }
        let id = ID<PromotionPolicy>.new().uuid
        try await connection.query(
            """
            INSERT INTO gleaner.promotion_policies (id, project_id, name, version, document, created_at)
            VALUES (\(id), \(project.uuid), \(policy.name), \(Int32(version + 1)), \(document), now())
            """)
        return (id, version + 1)
    }

    func policy(named name: String, in project: ID<Project>) async throws -> [UInt8]? {
        try await pool.query(
            """
            SELECT document FROM gleaner.promotion_policies WHERE project_id = \(project.uuid) AND name = \(name)
            ORDER BY version DESC LIMIT 1
            """
        ).first.map { try $0.decode("document", as: JSONB.self).bytes }
    }

    func makeStage(on connection: PostgresConnection) async throws {
        try await connection.query(
            """
            CREATE TEMPORARY TABLE staged (
                shard smallint, exchange_id uuid, split text, content bytea, content_hash bytea, rank float8, end_user text,
                lineage jsonb, reason text, detail text
            ) ON COMMIT DROP
            """)
    }

    func stage(_ batch: StagedBatch, _ place: VersionPlace, on connection: PostgresConnection) async throws {
        let examples = batch.examples
        if !examples.isEmpty {
            try await connection.query(
                """
                INSERT INTO staged (shard, exchange_id, split, content, content_hash, rank, end_user, lineage)
                SELECT * FROM unnest(
                    \(PostgresArray(examples.map(\.id.shard.value))), \(PostgresArray(examples.map(\.id.uuid))),
                    \(PostgresArray(examples.map(\.split))), \(PostgresArray(examples.map(\.line))),
                    \(PostgresArray(examples.map(\.contentHash))), \(PostgresArray(examples.map(\.rank))),
                    \(PostgresArray(examples.map(\.endUser))), \(PostgresArray(examples.map { JSONB(bytes: $0.lineage) })))
                """)
        }
        let left = batch.exclusions
        if !left.isEmpty {
            try await connection.query(
                """
                INSERT INTO staged (shard, exchange_id, reason, detail)
                SELECT * FROM unnest(
                    \(PostgresArray(left.map(\.id.shard.value))), \(PostgresArray(left.map(\.id.uuid))),
                    \(PostgresArray(left.map(\.exclusion.reason))), \(PostgresArray(left.map(\.exclusion.detail))))
                """)
        }
    }

    /// Duplicates, then the caps: the best judged stay, the older ones among equals.
    func settle(_ policy: PromotionPolicy, _ place: VersionPlace, on connection: PostgresConnection) async throws {
        try await connection.query(
            """
            UPDATE staged s SET reason = 'duplicate', detail = 'of ' || d.kept
            FROM (SELECT exchange_id, first_value(exchange_id) OVER best AS kept, row_number() OVER best AS place
                  FROM staged WHERE reason IS NULL
                  WINDOW best AS (PARTITION BY content_hash ORDER BY rank DESC, exchange_id)) d
            WHERE s.exchange_id = d.exchange_id AND d.place > 1
            """, timeout: Self.patience)
        if let cap = policy.maximumPerEndUser {
            try await connection.query(
                """
                UPDATE staged s SET reason = 'end_user_cap', detail = 'more than ' || \(Int64(cap))::text
                FROM (SELECT exchange_id, row_number() OVER (PARTITION BY end_user ORDER BY rank DESC, exchange_id) AS place
                      FROM staged WHERE reason IS NULL AND end_user IS NOT NULL) d
                WHERE s.exchange_id = d.exchange_id AND d.place > \(Int64(cap))
                """, timeout: Self.patience)
        }
        if let cap = policy.maximumExamples {
            try await connection.query(
                """
                UPDATE staged s SET reason = 'example_cap', detail = 'more than ' || \(Int64(cap))::text
                FROM (SELECT exchange_id, row_number() OVER (ORDER BY rank DESC, exchange_id) AS place
                      FROM staged WHERE reason IS NULL) d
                WHERE s.exchange_id = d.exchange_id AND d.place > \(Int64(cap))
                """, timeout: Self.patience)
        }
    }

    func exclusionCounts(_ place: VersionPlace, on connection: PostgresConnection) async throws -> [String: Int] {
        var counts: [String: Int] = [:]
        for row in try await connection.query(
            "SELECT reason, count(*) AS count FROM staged WHERE reason IS NOT NULL GROUP BY reason",
            timeout: Self.patience)
        {
            counts[try row.decode("reason")] = try row.decode("count", as: Int.self)
        }
        return counts
    }

    /// Moves what is left into the version. The version's own row comes last: its foreign keys are checked at the end.
    /// - Returns: how many examples there are.
    func freeze(_ place: VersionPlace, on connection: PostgresConnection) async throws -> Int {
        try await connection.query(
            """
            INSERT INTO gleaner.exclusions (version_id, shard, exchange_id, reason, detail)
            SELECT \(place.id), shard, exchange_id, reason, detail FROM staged WHERE reason IS NOT NULL
            """, timeout: Self.patience)
        return try await connection.query(
            """
            INSERT INTO gleaner.examples (version_id, split, line, shard, exchange_id, content, sha256, lineage)
            SELECT \(place.id), split, row_number() OVER (PARTITION BY split ORDER BY exchange_id), shard, exchange_id,
                   content, sha256(content), lineage
            FROM staged WHERE reason IS NULL
            """, timeout: Self.patience
        ).affected
    }

    func closeVersion(
        _ place: VersionPlace, policy: PromotionPolicy, statistics: DatasetVersion.Statistics, content: [UInt8],
        at now: Date, on connection: PostgresConnection
    ) async throws -> DatasetVersion {
        try await connection.query(
            """
            INSERT INTO gleaner.dataset_versions
                (id, dataset_id, project_id, number, policy_id, policy_document, salt, statistics, content_sha256, created_at)
            SELECT \(place.id), id, project_id, \(Int32(place.number)), \(place.policy),
                   \(JSONB(bytes: try policy.document.canonicalBytes())), \(place.salt),
                   \(JSONB(bytes: Array(try JSONEncoder().encode(statistics)))), \(content), \(now)
            FROM gleaner.datasets WHERE id = \(place.dataset)
            """)
        return DatasetVersion(
            id: place.id, dataset: place.name, number: place.number, policyName: policy.name,
            policyVersion: place.policyVersion, policy: try policy.document, salt: place.salt, statistics: statistics,
            contentSHA256: content.hexadecimal, createdAt: now)
    }

    // MARK: Reading versions

    func versions(of project: ID<Project>, dataset: String?) async throws -> [DatasetVersion] {
        try await pool.query(
            """
            SELECT v.id, d.name, v.number, p.name AS policy_name, p.version AS policy_version, v.policy_document, v.salt,
                   v.statistics, encode(v.content_sha256, 'hex') AS content, v.created_at
            FROM gleaner.dataset_versions v
            JOIN gleaner.datasets d ON d.id = v.dataset_id
            JOIN gleaner.promotion_policies p ON p.id = v.policy_id
            WHERE v.project_id = \(project.uuid) AND (\(dataset) IS NULL OR d.name = \(dataset))
            ORDER BY v.created_at DESC, v.number DESC
            """
        ).map { row in
            DatasetVersion(
                id: try row.decode("id"), dataset: try row.decode("name"), number: try row.decode("number"),
                policyName: try row.decode("policy_name"), policyVersion: try row.decode("policy_version"),
                policy: try JSONValue(parsing: row.decode("policy_document", as: JSONB.self).bytes),
                salt: try row.decode("salt"),
                statistics: try JSONDecoder().decode(
                    DatasetVersion.Statistics.self, from: Data(row.decode("statistics", as: JSONB.self).bytes)),
                contentSHA256: try row.decode("content"), createdAt: try row.decode("created_at"))
        }
    }

    /// The lines of a version: train first, then validation, each in order.
    func forEachLine(
        of version: UUID, on connection: PostgresConnection,
        _ body: (_ split: String, _ line: Int, _ content: [UInt8], _ tokens: Int) async throws -> Void
    ) async throws {
        try await connection.forEachRow(
            """
            SELECT split, line, content, (lineage->>'estimated_tokens')::bigint AS tokens FROM gleaner.examples
            WHERE version_id = \(version) ORDER BY split, line
            """, batch: 500
        ) { row in
            try await body(row.decode("split"), row.decode("line"), row.decode("content"), row.decode("tokens"))
        }
    }

    func forEachLineage(
        of version: UUID, on connection: PostgresConnection,
        _ body: (_ split: String, _ line: Int, _ lineage: JSONValue) async throws -> Void
    ) async throws {
        try await connection.forEachRow(
            "SELECT split, line, lineage FROM gleaner.examples WHERE version_id = \(version) ORDER BY split, line",
            batch: 500
        ) { row in
            let lineage = try JSONValue(parsing: row.decode("lineage", as: JSONB.self).bytes)
            try await body(row.decode("split"), row.decode("line"), lineage)
        }
    }

    func example(_ version: UUID, split: String, line: Int) async throws -> (content: JSONValue, lineage: JSONValue)? {
        guard let number = Int32(exactly: line), !split.utf8.contains(0) else { return nil }
        return try await pool.query(
            """
            SELECT content, lineage FROM gleaner.examples
            WHERE version_id = \(version) AND split = \(split) AND line = \(number)
            """
        ).first.map { row in
            (
                try JSONValue(parsing: row.decode("content", as: [UInt8].self)),
                try JSONValue(parsing: row.decode("lineage", as: JSONB.self).bytes)
            )
        }
    }
}

extension Sequence where Element == UInt8 {
    var hexadecimal: String { map { String(format: "%02x", $0) }.joined() }
}
