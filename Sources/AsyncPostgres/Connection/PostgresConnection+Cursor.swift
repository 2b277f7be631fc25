extension PostgresConnection {
    /// Reads a result of any size through a cursor, in flat memory; other statements may run in between.
    ///
    /// Opens a transaction unless one is open already, so all rows are of one snapshot.
    /// - Parameters:
    ///   - batch: rows fetched at a time.
    ///   - timeout: of the first fetch, which does whatever sorting and counting the statement needs; `nil`, as for all
    ///     others: `PostgresConfiguration.statementTimeout`.
    public func forEachRow(
        _ sql: SQL, batch: Int = 500, timeout: Duration? = nil, _ body: (PostgresRow) async throws -> Void
    ) async throws {
        if isInTransaction {
            try await readThroughCursor(sql, batch: max(batch, 1), timeout, body)
        } else {
            try await transaction { try await readThroughCursor(sql, batch: max(batch, 1), timeout, body) }
        }
    }

    private func readThroughCursor(
        _ sql: SQL, batch: Int, _ timeout: Duration?, _ body: (PostgresRow) async throws -> Void
    ) async throws {
        // A name of its own, so that `body` may read through another cursor.
        let cursor = "rows_\(UInt64.random(in: .min ... .max))"
        try await query("DECLARE \(identifier: cursor) NO SCROLL CURSOR FOR \(sql: sql)")
        var rows: PostgresResult
        // Only the first is long: raising the server's own timeout costs two statements.
        var patience = timeout
        repeat {
            rows = try await query(
                "FETCH FORWARD \(raw: String(batch)) FROM \(identifier: cursor)", timeout: patience)
            patience = nil
            for row in rows { try await body(row) }
        } while rows.count == batch
        try await query("CLOSE \(identifier: cursor)")
    }
}
