import AsyncEpoll

struct ConnectionID: Hashable, Sendable {
    let number: Int
}

/// All connections of one pool or listener, on the one thread that may touch them.
final class PostgresThread {
    typealias Runner = EpollThread<PostgresThread>

    let loop: EpollLoop
    private let keeping = KeptStatements.Permission()
    private var sessions: [ConnectionID: Session] = [:]

    static func start(name: String) -> Runner {
        EpollThread(name: name, makeContext: { PostgresThread(loop: $0) }, tearDown: { $0.closeAll() })
    }

    private init(loop: EpollLoop) { self.loop = loop }

    func open(
        _ id: ConnectionID, _ keywords: ConnectionKeywords, connectTimeout: Duration,
        onOpen: @escaping @Sendable (Result<SessionCondition, PostgresError>) -> Void,
        onClose: @escaping @Sendable (PostgresError) -> Void = { _ in },
        onNotification: @escaping @Sendable (_ channel: String, _ payload: String) -> Void = { _, _ in }
    ) {
        guard let handle = ConnectionHandle(keywords: keywords.list) else {
            return onOpen(.failure(.connectionFailed("out of memory")))
        }
        let session = Session(
            handle, loop: loop, kept: KeptStatements(keeping), connectTimeout: connectTimeout,
            onOpen: { [weak self] result in
                if case .failure = result { self?.sessions[id] = nil }
                onOpen(result)
            },
            onClose: { [weak self] reason in
                self?.sessions[id] = nil
                onClose(reason)
            },
            onNotification: onNotification)
        sessions[id] = session
        session.connect()
    }

    func run(_ job: Job, on id: ConnectionID) {
        guard let session = sessions[id] else { return job.finish(.failure(.connectionLost(sqlState: nil))) }
        session.run(job)
    }

    func cancel(_ ticket: Job.Ticket, on id: ConnectionID) { sessions[id]?.cancel(ticket) }

    func close(_ id: ConnectionID) { sessions[id]?.close(.poolClosed) }

    func closeAll() {
        for session in sessions.values { session.close(.poolClosed) }
    }
}
