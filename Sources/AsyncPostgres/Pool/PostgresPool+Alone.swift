extension PostgresPool {
    /// Runs `body` unless somebody does under the same name at the moment, in this process or in any other of the database.
    ///
    /// A session lock of the server's keeps the others away: a connection is held for as long as `body` runs, which uses
    /// others.
    public func alone(as name: String, _ body: () async throws -> Void) async throws {
        try await withConnection { connection in
            let got = try await connection.query("SELECT pg_try_advisory_lock(hashtext(\(name))) AS got")
            guard try got.first?.decode("got") == true else { return }
            do {
                try await body()
            } catch {
                _ = try? await connection.query("SELECT pg_advisory_unlock(hashtext(\(name)))")
                throw error
            }
            try await connection.query("SELECT pg_advisory_unlock(hashtext(\(name)))")
        }
    }
}
