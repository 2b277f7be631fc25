import CLibpq

/// Owns a `PGconn`: one owner, closed once. Used on one thread.
///
/// libpq owns the text and memory its functions return, so whatever leaves here has been copied.
@safe struct ConnectionHandle: ~Copyable {
    enum Poll { case reading, writing, done, failed }
    enum Flush { case done, pending, failed }
    enum CopyPut { case queued, full, failed }
    enum CopyRead { case data, notYet, end }

    private let raw: OpaquePointer

    /// Begins to connect. Only name resolution blocks: use `hostaddr`, a socket directory, or a resolver nearby.
    /// - Returns: `nil` when memory ran out.
    init?(keywords: [(name: String, value: String)]) {
        let strings = keywords.flatMap { [$0.name, $0.value] }.map { Array($0.utf8CString) }
        let flat = strings.flatMap(\.self)
        let connection = unsafe flat.withUnsafeBufferPointer { buffer -> OpaquePointer? in
            var names = unsafe [UnsafePointer<CChar>?]()
            var values = unsafe [UnsafePointer<CChar>?]()
            var position = 0
            for (index, string) in strings.enumerated() {
                let pointer = unsafe buffer.baseAddress.map { unsafe $0 + position }
                if index.isMultiple(of: 2) { unsafe names.append(pointer) } else { unsafe values.append(pointer) }
                position += string.count
            }
            unsafe names.append(nil)
            unsafe values.append(nil)
            return unsafe PQconnectStartParams(names, values, 1)
        }
        guard let connection = unsafe connection else { return nil }
        unsafe raw = connection
        // Notices may quote values, and nobody reads this process's standard error for them.
        unsafe PQsetNoticeProcessor(raw, { _, _ in }, nil)
    }

    deinit { unsafe PQfinish(raw) }

    // MARK: State

    var socket: Int32 { unsafe PQsocket(raw) }
    var isBroken: Bool { unsafe PQstatus(raw) == CONNECTION_BAD }
    var lastMessage: String { unsafe String(cString: PQerrorMessage(raw)) }
    var isOutsideTransaction: Bool { unsafe PQtransactionStatus(raw) == PQTRANS_IDLE }

    func poll() -> Poll {
        switch unsafe PQconnectPoll(raw) {
        case PGRES_POLLING_READING: .reading
        case PGRES_POLLING_WRITING: .writing
        case PGRES_POLLING_OK: .done
        default: .failed
        }
    }

    func makeNonBlocking() -> Bool { unsafe PQsetnonblocking(raw, 1) == 0 }

    // MARK: Sending

    /// Queues a statement of the extended protocol; parameters and results are binary.
    /// - Parameter name: of the prepared statement to execute; `nil` sends the text.
    func send(_ statement: BoundStatement, prepared name: String? = nil) -> Bool {
        let types = statement.types
        let lengths = statement.lengths
        let formats = [Int32](repeating: 1, count: types.count)
        return unsafe statement.bytes.withUnsafeBufferPointer { buffer in
            let values = unsafe statement.starts.map { start -> UnsafePointer<CChar>? in
                guard let start, let base = buffer.baseAddress else { return nil }
                return unsafe UnsafeRawPointer(base + start).assumingMemoryBound(to: CChar.self)
            }
            if let name {
                return unsafe PQsendQueryPrepared(raw, name, Int32(types.count), values, lengths, formats, 1) == 1
            }
            return unsafe PQsendQueryParams(
                raw, statement.text, Int32(types.count), types, values, lengths, formats, 1) == 1
        }
    }

    /// Queues the preparation of `statement` under `name`.
    func prepare(_ statement: BoundStatement, as name: String) -> Bool {
        unsafe PQsendPrepare(raw, name, statement.text, Int32(statement.types.count), statement.types) == 1
    }

    /// Queues one or more statements of the simple protocol.
    func send(script: String) -> Bool { unsafe PQsendQuery(raw, script) == 1 }

    func flush() -> Flush {
        switch unsafe PQflush(raw) {
        case 0: .done
        case 1: .pending
        default: .failed
        }
    }

    // MARK: Receiving

    /// Reads what has arrived; `false` when the connection is gone.
    func consumeInput() -> Bool { unsafe PQconsumeInput(raw) == 1 }
    var isBusy: Bool { unsafe PQisBusy(raw) == 1 }

    func nextResult() -> ResultHandle? {
        guard let result = unsafe PQgetResult(raw) else { return nil }
        return unsafe ResultHandle(owning: result)
    }

    func nextNotification() -> (channel: String, payload: String)? {
        guard let notification = unsafe PQnotifies(raw) else { return nil }
        defer { unsafe PQfreemem(notification) }
        return unsafe (String(cString: notification.pointee.relname), String(cString: notification.pointee.extra))
    }

    // MARK: COPY

    func putCopy(_ bytes: ArraySlice<UInt8>) -> CopyPut {
        let code = unsafe bytes.withUnsafeBytes { buffer in
            unsafe PQputCopyData(raw, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(buffer.count))
        }
        switch code {
        case 1: return .queued
        case 0: return .full
        default: return .failed
        }
    }

    /// - Parameter reason: `nil` when all data has been sent; otherwise the server undoes the copy and says why.
    func endCopy(reason: String?) -> CopyPut {
        let code = if let reason { unsafe PQputCopyEnd(raw, reason) } else { unsafe PQputCopyEnd(raw, nil) }
        switch code {
        case 1: return .queued
        case 0: return .full
        default: return .failed
        }
    }

    /// Appends one row of a copy out to `bytes`.
    func readCopy(into bytes: inout [UInt8]) -> CopyRead {
        var row: UnsafeMutablePointer<CChar>?
        let length = unsafe PQgetCopyData(raw, &row, 1)
        guard length > 0, let row = unsafe row else { return length == 0 ? .notYet : .end }
        unsafe bytes.append(contentsOf: UnsafeRawBufferPointer(start: row, count: Int(length)))
        unsafe PQfreemem(row)
        return .data
    }
}
