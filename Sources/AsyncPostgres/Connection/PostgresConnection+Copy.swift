extension PostgresConnection {
    /// Runs `COPY … FROM STDIN` with the bytes of `source`.
    ///
    /// Reads no faster than the server takes: the next element is asked for when the one before has left this process.
    /// When `source` throws, the server undoes the copy and the connection stays usable; when the task is cancelled,
    /// the connection is thrown away, which undoes it too.
    /// - Parameter timeout: for the whole copy.
    /// - Returns: the number of rows.
    public func copyIn<Source: AsyncSequence & Sendable>(
        _ sql: String, timeout: Duration? = nil, from source: Source
    ) async throws -> Int where Source.Element == [UInt8] {
        try await copying(SQL(unsafe: sql), timeout: timeout) {
            do {
                for try await bytes in source where !bytes.isEmpty { _ = try await copyStep(.putCopy(bytes)) }
            } catch let error as PostgresError {
                throw error
            } catch {
                // Why is the caller's affair: the server only needs to hear that there is no more.
                _ = try? await step(.endCopyIn(reason: "the source failed"))
                throw error
            }
            guard case .result(let result) = try await copyStep(.endCopyIn(reason: nil)) else { return 0 }
            return result.affected
        }
    }

    /// Runs `COPY … TO STDOUT`, which takes no values, and hands its rows to `body`.
    ///
    /// `body` gets whole rows, about 256 KiB of them at a time. While it runs one more piece is read, and no more.
    /// When it throws, or the task is cancelled, the connection is thrown away: nothing else stops the server.
    /// - Parameter timeout: for the whole copy, `body` included.
    public func copyOut(
        _ sql: SQL, timeout: Duration? = nil, _ body: ([UInt8]) async throws -> Void
    ) async throws {
        try await copying(sql, timeout: timeout) {
            var next = try await copyPiece()
            while let rows = next {
                async let following = copyPiece()
                try await body(rows)
                next = try await following
            }
        }
    }

    /// `nil` at the end.
    private func copyPiece() async throws(PostgresError) -> [UInt8]? {
        guard case .copyPiece(let rows) = try await copyStep(.readCopy) else { return nil }
        return rows
    }

    private func copying<Value>(
        _ sql: SQL, timeout: Duration?, _ body: () async throws -> Value
    ) async throws -> Value {
        let isRaised = try await raiseServerTimeout(above: timeout)
        do {
            guard case .copyBegan = try await step(.beginCopy(BoundStatement(sql)), timeout: timeout) else {
                throw PostgresError.server(.outOfPlace("this statement is no COPY", statement: sql.text))
            }
            let value = try await body()
            if isRaised { await restoreServerTimeout() }
            return value
        } catch {
            if isRaised { await restoreServerTimeout() }
            throw error
        }
    }

    /// The deadline of a copy may pass between two of its steps; the next one tells.
    private func copyStep(_ step: Step) async throws(PostgresError) -> Reply {
        do throws(PostgresError) {
            return try await self.step(step)
        } catch {
            if case .connectionLost(nil) = error, case .ended(let reason) = condition.current { throw reason }
            throw error
        }
    }
}
