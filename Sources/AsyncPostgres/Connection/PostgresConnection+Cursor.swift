extension PostgresConnection {
    /// Reads a result of any size through a cursor, in flat memory; other statements may run in between.
    ///
    /// Opens a transaction unless one is open already, so all rows are of one snapshot.
    /// - Parameter batch: rows fetched at a time. Each fetch has the pool's statement timeout for itself.
    public func forEachRow(_ sql: SQL, batch: Int = 500, _ body: (PostgresRow) async throws -> Void) async throws {
        if isInTransaction {
            try await readThroughCursor(sql, batch: max(batch, 1), body)
        } else {
            try await transaction { try await readThroughCursor(sql, batch: max(batch, 1), body) }
        }
    }

    private func readThroughCursor(
        _ sql: SQL, batch: Int, _ body: (PostgresRow) async throws -> Void
    ) async throws {
        // A name of its own, so that `body` may read through another cursor.
        let cursor = "rows_\(UInt64.random(in: .min ... .max))"
        try await query("DECLARE \(identifier: cursor) NO SCROLL CURSOR FOR \(sql: sql)")
        var rows: PostgresResult
        repeat {
            rows = try await query("FETCH FORWARD \(raw: String(batch)) FROM \(identifier: cursor)")
            for row in rows { try await body(row) }
        } while rows.count == batch
        try await query("CLOSE \(identifier: cursor)")
    }
}
