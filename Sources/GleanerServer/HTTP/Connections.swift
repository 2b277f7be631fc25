import NIOCore
import ServiceLifecycle
import Synchronization

/// The connections of one listener: how many, from where, and which are too slow.
final class Connections: Service {
    private struct State {
        var open: [ObjectIdentifier: ConnectionGuard] = [:]
        var byAddress: [String: Int] = [:]
        var lingering: Set<ObjectIdentifier> = []
        var refused: [ConnectionRefusal: Int] = [:]
        var stalled = 0
        var isStopping = false
    }

    let policy: ConnectionPolicy
    private let state = Mutex(State())
    /// Refused connections that may wait a moment for their client to read why.
    private static let maximumLingering = 16

    init(_ policy: ConnectionPolicy) { self.policy = policy }

    /// Looks at every connection now and then, until the listener has ended.
    func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            while !Task.isCancelled {
                try? await Task.sleep(for: .nanoseconds(policy.tick.nanoseconds))
                await check()
            }
        }
    }

    /// A loop that is late has not read yet what its clients sent, and must not blame them.
    private static let late = TimeAmount.milliseconds(500)

    private func check() async {
        let now = NIODeadline.now()
        for (loop, connections) in byLoop() {
            // Waited for, so that the loop reads at least once between two looks.
            try? await loop.submit {
                guard NIODeadline.now() - now < Self.late else { return }
                for connection in connections { connection.check(now: now) }
            }.get()
        }
    }

    // MARK: Counting

    /// - Returns: why the connection must not be served.
    func add(_ connection: ConnectionGuard) -> ConnectionRefusal? {
        state.withLock { state in
            let refused = state.lingering.count
            let isFull = policy.maximumConnections > 0 && state.open.count - refused >= policy.maximumConnections
            state.open[ObjectIdentifier(connection)] = connection
            guard let address = connection.address, policy.maximumConnectionsPerAddress > 0 else {
                return isFull ? .tooMany : nil
            }
            state.byAddress[address, default: 0] += 1
            if isFull { return .tooMany }
            return state.byAddress[address, default: 0] > policy.maximumConnectionsPerAddress
                ? .tooManyFromAddress : nil
        }
    }

    func remove(_ connection: ConnectionGuard) {
        state.withLock { state in
            let id = ObjectIdentifier(connection)
            guard state.open.removeValue(forKey: id) != nil else { return }
            state.lingering.remove(id)
            guard let address = connection.address, let count = state.byAddress[address] else { return }
            state.byAddress[address] = count > 1 ? count - 1 : nil
        }
    }

    /// - Returns: whether the refused connection may stay for a moment.
    func linger(_ connection: ConnectionGuard) -> Bool {
        state.withLock { state in
            guard state.lingering.count < Self.maximumLingering else { return false }
            state.lingering.insert(ObjectIdentifier(connection))
            return true
        }
    }

    func count(_ refusal: ConnectionRefusal) { state.withLock { $0.refused[refusal, default: 0] += 1 } }
    func countStall() { state.withLock { $0.stalled += 1 } }

    var open: Int { state.withLock(\.open.count) }
    var stalled: Int { state.withLock(\.stalled) }
    var refused: [(ConnectionRefusal, Int)] {
        let refused = state.withLock(\.refused)
        return ConnectionRefusal.allCases.map { ($0, refused[$0] ?? 0) }
    }

    // MARK: Ending

    /// From now on a connection is closed as soon as no request is open on it.
    func stop() {
        state.withLock { $0.isStopping = true }
        closeIdle()
    }

    var isStopping: Bool { state.withLock(\.isStopping) }

    func closeIdle() {
        onEach { if $0.isIdle { $0.close() } }
    }

    func closeAll() {
        onEach { $0.close() }
    }

    private func onEach(_ body: @escaping @Sendable (ConnectionGuard) -> Void) {
        for (loop, connections) in byLoop() {
            loop.execute {
                for connection in connections { body(connection) }
            }
        }
    }

    private func byLoop() -> [(loop: any EventLoop, connections: [ConnectionGuard])] {
        Dictionary(grouping: state.withLock { Array($0.open.values) }) { ObjectIdentifier($0.loop) }
            .values.map { ($0[0].loop, $0) }
    }
}
