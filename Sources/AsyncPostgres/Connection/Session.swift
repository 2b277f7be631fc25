import AsyncEpoll
import DequeModule
import Synchronization

/// One connection as a state machine on its thread: connects, then runs one job after another.
///
/// Every job is finished exactly once: by its result, its deadline, its cancellation, or the end of the connection.
final class Session {
    /// How much of a copy out is handed over at a time, so that hops between threads cost little beside its rows.
    static let copyPiece = 256 * 1024
    /// How much of a copy in is queued at a time. libpq's buffer grows to what it has to hold and stays so for as long as the
    /// connection lives, and what a socket did not take is moved to its beginning each time.
    private static let copySlice = 128 * 1024

    private enum Mode {
        case connecting
        case ready
        /// The server waits for our data, or we for the caller's next step.
        case copyIn, copyOut
        case closed
    }
    /// What the current job is waiting for.
    private enum Waiting {
        case nothing
        case results
        /// Room for the next slice of these.
        case copyRoom(ArraySlice<UInt8>)
        /// The slice is to leave; these come after it.
        case copyFlush(ArraySlice<UInt8>)
        case copyRows
    }

    let condition = SessionCondition()
    private let handle: ConnectionHandle
    private let loop: EpollLoop
    private let onOpen: (Result<SessionCondition, PostgresError>) -> Void
    private let onClose: (PostgresError) -> Void
    private let onNotification: (String, String) -> Void

    private var mode = Mode.connecting
    private var watched: Int32?
    private var interest: EpollLoop.Interest = []
    private var timer: EpollLoop.Timer?
    private var current: Job?
    private var waiting = Waiting.nothing
    /// Rows of a copy out, up to a piece.
    private var copied: [UInt8] = []
    private var next = Deque<Job>()
    private var statement = ""
    private var answer: Result<PostgresResult, PostgresError>?
    private var kept: KeptStatements
    private var action = KeptStatements.Action.sendText

    /// - Parameters:
    ///   - onOpen: called once, when the connection is ready or has failed.
    ///   - onClose: called once, when a connection that was ready is no more.
    init(
        _ handle: consuming ConnectionHandle, loop: EpollLoop, kept: KeptStatements, connectTimeout: Duration,
        onOpen: @escaping (Result<SessionCondition, PostgresError>) -> Void,
        onClose: @escaping (PostgresError) -> Void,
        onNotification: @escaping (String, String) -> Void
    ) {
        self.handle = handle
        self.loop = loop
        self.kept = kept
        self.onOpen = onOpen
        self.onClose = onClose
        self.onNotification = onNotification
        timer = loop.schedule(after: connectTimeout) { [weak self] in
            self?.close(.connectionFailed("no answer within \(connectTimeout)"))
        }
    }

    // MARK: Connecting

    /// The first turn of `PQconnectPoll`'s loop: wait until the socket can be written to.
    func connect() {
        if handle.isBroken { return close(.connectionFailed(ConnectionWords.clean(handle.lastMessage))) }
        watch(.write)
    }

    private func continueConnecting() {
        switch handle.poll() {
        case .reading: watch(.read)
        case .writing: watch(.write)
        case .failed: close(.connectionFailed(ConnectionWords.clean(handle.lastMessage)))
        case .done:
            guard handle.makeNonBlocking() else { return close(.connectionFailed("PQsetnonblocking failed")) }
            stopTimer()
            mode = .ready
            watch(.read)
            onOpen(.success(condition))
        }
    }

    // MARK: Jobs

    func run(_ job: Job) {
        if mode == .closed { return job.finish(.failure(.connectionLost(sqlState: nil))) }
        next.append(job)
        if current == nil { startNext() }
    }

    /// Ends the connection when the ticket's job is running: libpq has no way to take a statement back that does not
    /// block, and a connection with an answer outstanding is of no use to anybody else.
    func cancel(_ ticket: Job.Ticket) {
        if current?.ticket === ticket { return close(.cancelled) }
        if let index = next.firstIndex(where: { $0.ticket === ticket }) {
            next.remove(at: index).finish(.failure(.cancelled))
        }
    }

    private func startNext() {
        while mode != .closed, current == nil, let job = next.popFirst() {
            if job.ticket.isCancelled.load(ordering: .acquiring) {
                job.finish(.failure(.cancelled))
                continue
            }
            start(job)
        }
    }

    private func start(_ job: Job) {
        current = job
        condition.current = .busy
        switch (job.step, mode) {
        case (.query(let bound), .ready), (.beginCopy(let bound), .ready):
            begin(job, bound.text, sent: send(bound))
        case (.script(let text), .ready):
            action = .sendText
            begin(job, text, sent: handle.send(script: text))
        case (.putCopy(let bytes), .copyIn):
            waiting = .copyRoom(bytes[...])
            advance()
        case (.endCopyIn(let reason), .copyIn):
            endCopyIn(reason)
        case (.readCopy, .copyOut):
            waiting = .copyRows
            copied.reserveCapacity(Self.copyPiece + (1 << 14))
            watch(.read)
            advance()
        default:
            current = nil
            job.finish(
                .failure(.server(.outOfPlace("the connection is in the middle of a COPY", statement: statement))))
        }
    }

    private func send(_ bound: BoundStatement) -> Bool {
        action = kept.action(for: bound)
        return switch action {
        case .sendText: handle.send(bound)
        case .prepare(let name): handle.prepare(bound, as: name)
        case .execute(let name): handle.send(bound, prepared: name)
        }
    }

    private func begin(_ job: Job, _ text: String, sent: Bool) {
        statement = text
        answer = nil
        waiting = .results
        timer = loop.schedule(at: job.deadline) { [weak self] in
            self?.close(.statementTimeout(after: job.timeout))
        }
        if sent { advance() } else { lost() }
    }

    private func finish(_ result: Result<Reply, PostgresError>) {
        let job = current
        current = nil
        waiting = .nothing
        if mode == .ready {
            stopTimer()
            condition.current = handle.isOutsideTransaction ? .idle : .inTransaction
        }
        job?.finish(result)
        startNext()
    }

    // MARK: Turning

    private func ready(_ interest: EpollLoop.Interest) {
        if mode == .connecting { return continueConnecting() }
        if interest.contains(.read), !handle.consumeInput() { return lost() }
        while let (channel, payload) = handle.nextNotification() { onNotification(channel, payload) }
        if current == nil {
            if handle.isBroken { lost() }
        } else {
            advance()
        }
    }

    /// Goes as far as possible without waiting, then watches for what is missing.
    private func advance() {
        switch waiting {
        case .nothing: break
        case .results:
            if flushed() || !handle.isBusy { takeResults() }
        case .copyRoom(let bytes): put(bytes)
        case .copyFlush(let rest):
            if flushed() { put(rest) }
        case .copyRows:
            takeRows()
        }
    }

    /// Sends what is queued; when the socket is full, watches both directions, as libpq's manual asks.
    private func flushed() -> Bool {
        switch handle.flush() {
        case .done:
            update(.read)
            return true
        case .pending:
            update([.read, .write])
            return false
        case .failed:
            // What the server said before it went is still to be read.
            return true
        }
    }

    private func takeResults() {
        while mode != .closed, !handle.isBusy {
            guard let result = handle.nextResult() else { return complete() }
            switch result.kind {
            case .rows, .done:
                if case .failure = answer { continue }
                answer = .success(result.copied())
            case .error:
                if case .failure = answer { continue }
                answer = .failure(.server(result.error(of: statement)))
            case .copyIn: return beganCopy(.copyIn)
            case .copyOut: return beganCopy(.copyOut)
            case .other: return close(.server(.outOfPlace("unexpected kind of result", statement: statement)))
            }
        }
    }

    private func complete() {
        if handle.isBroken { return lost() }
        mode = .ready
        update(.read)
        if action != .sendText, case .failure(.server(let error)) = answer, kept.refused(statement, error.sqlState) {
            return close(.connectionLost(sqlState: error.sqlState))
        }
        if case .prepare(let name) = action, case .success = answer, case .query(let bound) = current?.step {
            kept.prepared(bound.text, as: name)
            answer = nil
            if send(bound) { return advance() }
            return lost()
        }
        switch answer.take() {
        case .success(let result): finish(.success(.result(result)))
        case .failure(let error): finish(.failure(error))
        case nil: lost()
        }
    }

    // MARK: COPY

    private func beganCopy(_ direction: Mode) {
        guard case .beginCopy = current?.step else {
            return close(.server(.outOfPlace("COPY is for copyIn and copyOut", statement: statement)))
        }
        mode = direction
        // Rows stay in the socket until the caller asks for them; an end of the connection shows then.
        if direction == .copyOut { unwatch() }
        finish(.success(.copyBegan))
    }

    /// Goes on until all has left, or the socket is full.
    private func put(_ bytes: ArraySlice<UInt8>) {
        var rest = bytes
        while !rest.isEmpty {
            switch handle.putCopy(rest.prefix(Self.copySlice)) {
            case .queued:
                rest = rest.dropFirst(Self.copySlice)
                waiting = .copyFlush(rest)
                guard flushed() else { return }
            case .full:
                waiting = .copyRoom(rest)
                if flushed() { lost() }
                return
            case .failed: return copyInBroke()
            }
        }
        finish(.success(.copyPut))
    }

    private func endCopyIn(_ reason: String?) {
        waiting = .results
        answer = nil
        // A full buffer cannot be: every put waits until it is empty. Failure means the server has ended the copy.
        _ = handle.endCopy(reason: reason)
        advance()
    }

    /// The server ended the copy by itself; its error is the next result.
    private func copyInBroke() {
        waiting = .results
        answer = nil
        advance()
    }

    private func takeRows() {
        while copied.count < Self.copyPiece {
            switch handle.readCopy(into: &copied) {
            case .data: continue
            case .notYet: return
            case .end where copied.isEmpty:
                waiting = .results
                return advance()
            case .end: return handOver()
            }
        }
        handOver()
    }

    private func handOver() {
        unwatch()
        let rows = copied
        copied = []
        finish(.success(.copyPiece(rows)))
    }

    // MARK: The end

    /// The connection ended by itself. A FATAL error that came first tells why.
    private func lost() {
        var sqlState: String?
        if case .failure(.server(let error)) = answer { sqlState = error.sqlState }
        while sqlState == nil, !handle.isBusy, let result = handle.nextResult() {
            guard result.kind == .error else { break }
            sqlState = result.error(of: statement).sqlState
        }
        close(.connectionLost(sqlState: sqlState?.isEmpty == false ? sqlState : nil))
    }

    /// Ends the connection and whatever waits for it. The handle is closed when the owner lets go of the session.
    func close(_ reason: PostgresError) {
        guard mode != .closed else { return }
        let wasConnecting = mode == .connecting
        mode = .closed
        condition.current = .ended(reason)
        stopTimer()
        unwatch()
        current?.finish(.failure(reason))
        current = nil
        for job in next { job.finish(.failure(reason == .poolClosed ? reason : .connectionLost(sqlState: nil))) }
        next.removeAll()
        if wasConnecting { onOpen(.failure(reason)) } else { onClose(reason) }
    }

    // MARK: Watching

    /// While connecting, libpq may close one socket and open another, even with the same number.
    private func watch(_ interest: EpollLoop.Interest) {
        let socket = handle.socket
        if let watched, watched != socket { loop.unwatch(watched) }
        watched = socket
        self.interest = interest
        loop.watch(socket, interest) { [weak self] in self?.ready($0) }
    }

    private func update(_ interest: EpollLoop.Interest) {
        guard let watched else { return watch(interest) }
        // Most statements go out at once and change nothing; that saves a system call for each.
        if interest != self.interest { loop.update(watched, interest) }
        self.interest = interest
    }

    private func unwatch() {
        if let watched { loop.unwatch(watched) }
        watched = nil
    }

    private func stopTimer() {
        if let timer { loop.cancel(timer) }
        timer = nil
    }
}
