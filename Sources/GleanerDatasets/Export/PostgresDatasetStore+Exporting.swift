import AsyncPostgres
import Foundation

extension PostgresDatasetStore {
    /// All reads of `body` see the same.
    func inSnapshot<Value: Sendable>(_ body: (PostgresConnection) async throws -> Value) async throws -> Value {
        try await pool.withConnection { connection in
            try await connection.transaction {
                try await connection.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                return try await body(connection)
            }
        }
    }

    func count(_ version: UUID, _ splits: [String], on connection: PostgresConnection) async throws -> Int {
        try await connection.query(
            """
            SELECT count(*) AS count FROM gleaner.examples
            WHERE version_id = \(version) AND split = ANY(\(PostgresArray(splits)))
            """, timeout: Self.patience)[0].decode("count")
    }

    func standing(of version: UUID, on connection: PostgresConnection) async throws -> ExportStanding {
        let row = try await connection.query(
            """
            SELECT v.kind, v.approvals_needed, v.erased_examples, v.withdrawn_reason,
                   (SELECT r.number FROM gleaner.dataset_versions r WHERE r.id = v.replaced_by) AS replaced_by,
                   (SELECT count(*) FROM gleaner.dataset_approvals a WHERE a.version_id = v.id) AS approvals,
                   ARRAY(SELECT s FROM unnest(ARRAY['train', 'validation', 'holdout']) s
                         WHERE EXISTS (SELECT 1 FROM gleaner.examples x WHERE x.version_id = v.id AND x.split = s)) AS splits
            FROM gleaner.dataset_versions v WHERE v.id = \(version)
            """)[0]
        let reason = try row.decodeIfPresent("withdrawn_reason", as: String.self)
        let replacedBy = try row.decodeIfPresent("replaced_by", as: Int.self)
        return ExportStanding(
            kind: DatasetKind(rawValue: try row.decode("kind")) ?? .sft,
            approvalsNeeded: try row.decode("approvals_needed"), approvals: try row.decode("approvals"),
            withdrawn: reason.map { ($0, replacedBy) }, erasedExamples: try row.decode("erased_examples"),
            splits: Set(try row.decode("splits", as: PostgresArray<String>.self).elements))
    }

    /// Looks once more, by content and by exchange, before anything leaves: whatever went wrong in a build, no training
    /// line is one that models are measured on.
    /// - Throws: `ExportError.holdoutOverlap`, `splitOverlap`.
    func checkOverlap(of version: UUID, on connection: PostgresConnection) async throws {
        // How many rows two sets of hashes share is beyond the planner: it expects few, and compares all with all.
        try await connection.query("SET LOCAL enable_nestloop = off")
        for column in ["sha256", "exchange_id"] {
            let found = try await connection.query(
                Self.overlap(of: version, in: column), timeout: Self.patience
            ).first
            if let found {
                throw ExportError.holdoutOverlap(
                    split: try found.decode("split"), line: try found.decode("line"),
                    others: try found.decode("count", as: Int.self) - 1)
            }
        }
        let shared = try await connection.query(
            """
            SELECT v.line, count(*) OVER () AS count FROM gleaner.examples v
            WHERE v.version_id = \(version) AND v.split = 'validation' AND v.sha256 IN (
                SELECT t.sha256 FROM gleaner.examples t WHERE t.version_id = \(version) AND t.split = 'train')
            ORDER BY v.line LIMIT 1
            """, timeout: Self.patience
        ).first
        try await connection.query("SET LOCAL enable_nestloop = on")
        if let shared {
            throw ExportError.splitOverlap(
                line: try shared.decode("line"), others: try shared.decode("count", as: Int.self) - 1)
        }
    }

    /// The first training line that has the same `column` as anything the project has held out, and how many there are.
    static func overlap(of version: UUID, in column: String) -> SQL {
        """
        SELECT t.split, t.line, count(*) OVER () AS count FROM gleaner.examples t
        WHERE t.version_id = \(version) AND t.split IN ('train', 'validation') AND t.\(identifier: column) IN (
            SELECT h.\(identifier: column) FROM gleaner.examples h
            WHERE h.split = 'holdout' AND h.version_id IN (
                SELECT o.id FROM gleaner.dataset_versions o
                WHERE o.project_id = (SELECT v.project_id FROM gleaner.dataset_versions v WHERE v.id = \(version))))
        ORDER BY t.split, t.line LIMIT 1
        """
    }

    /// Members that some line needs, and so all of them.
    func schema(of version: UUID, on connection: PostgresConnection) async throws -> ExportSchema {
        // In canonical JSON a quotation mark inside text has a backslash before it, so these stand for members alone.
        let row = try await connection.query(
            """
            SELECT EXISTS (SELECT 1 FROM gleaner.examples WHERE version_id = \(version) AND (
                       position('"tools":['::bytea IN content) > 0 OR position('"tool_calls":['::bytea IN content) > 0
                    OR position('"role":"tool"'::bytea IN content) > 0)) AS tools,
                   EXISTS (SELECT 1 FROM gleaner.examples WHERE version_id = \(version)
                       AND position('"role":"user"'::bytea IN substr(content, position('"role":"user"'::bytea IN content) + 1)) > 0)
                       AS history
            """, timeout: Self.patience)[0]
        return ExportSchema(tools: try row.decode("tools"), history: try row.decode("history"))
    }

    /// The lines of a split as they were frozen, in order, at the speed of COPY.
    func copyContent(
        of version: UUID, split: String, on connection: PostgresConnection,
        _ body: (_ line: Int32, _ content: UnsafeRawBufferPointer) throws -> Void
    ) async throws {
        try await copy("content, NULL::bigint", version, split, connection) { line, content, _ in
            try body(line, content)
        }
    }

    /// Lineage as PostgreSQL writes it, and the estimated tokens of the example.
    func copyLineage(
        of version: UUID, split: String, on connection: PostgresConnection,
        _ body: (_ line: Int32, _ lineage: UnsafeRawBufferPointer, _ tokens: Int) throws -> Void
    ) async throws {
        let columns = "lineage::text, (lineage->>'estimated_tokens')::bigint"
        try await copy(columns, version, split, connection) { line, lineage, tokens in
            try body(line, lineage, tokens ?? 0)
        }
    }

    private func copy(
        _ columns: String, _ version: UUID, _ split: String, _ connection: PostgresConnection,
        _ body: (Int32, UnsafeRawBufferPointer, Int?) throws -> Void
    ) async throws {
        precondition(["train", "validation", "holdout"].contains(split))
        var reader = CopyReader()
        // A version was written in the order that its key has. Sorting it once more, in parallel, takes the core that
        // the other end of the copy runs on.
        try await connection.query("SET LOCAL enable_sort = off")
        // COPY takes no bound values; a UUID and one of three words need none.
        try await connection.copyOut(
            """
            COPY (SELECT line, \(raw: columns) FROM gleaner.examples
                  WHERE version_id = '\(raw: version.uuidString)' AND split = '\(raw: split)' ORDER BY line)
            TO STDOUT (FORMAT binary)
            """, timeout: Self.copyPatience
        ) { piece in try reader.read(piece, body) }
    }

    /// A million examples take seconds; what is slow is a slow disk on our side.
    private static let copyPatience = Duration.seconds(6 * 3600)
}
