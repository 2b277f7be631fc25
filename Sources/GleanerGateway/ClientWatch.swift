import NIOCore
import Synchronization

/// Notices that the client of one call leaves, also while nothing is being written to it, and ends the call.
///
/// The server does not cancel a handler when its client leaves, and a provider that is silent at that moment would
/// keep the handler waiting until a deadline. Where nobody says who stands nearest to the socket, the watch goes to the
/// connection's handlers as an outbound event; one that knows better than the channel why it closes answers with `leave`.
public final class ClientWatch: Sendable {
    public enum Departure: Sendable {
        case left
        /// Took no byte for too long, and was cut.
        case stalled
    }
    fileprivate struct State {
        var failure: GatewayError?
        /// The client has left, and the answer is read to its end all the same.
        var drainingSince: ContinuousClock.Instant?
        var isEnded = false
        var action: (@Sendable () -> Void)?
        var wire: (any ClientWire)?
    }
    private let state = Mutex(State())
    private let admission: Admission?
    /// The client's connection.
    let channel: any Channel

    init(channel: any Channel, wire: (any ClientWire)? = nil, admission: Admission? = .current) {
        self.admission = admission
        self.channel = channel
        if let wire, channel.eventLoop.inEventLoop {
            wire.tells(self)
        } else {
            channel.triggerUserOutboundEvent(self).whenFailure { [weak self] _ in
                channel.closeFuture.whenComplete { [weak self] _ in self?.leave(.left) }
            }
        }
    }

    /// The client is not there any more.
    var isGone: Bool {
        state.withLock { $0.failure != nil && $0.failure != .gatewayStopping }
    }

    /// Why the call cannot be answered whole, as far as client and gateway are concerned.
    var failure: GatewayError? { state.withLock(\.failure) }

    /// The same once the call must end: not while it drains.
    var ending: GatewayError? { state.withLock { $0.isEnded ? $0.failure : nil } }

    /// Nobody is there to write to, and yet the answer is to be read to its end.
    var isDraining: Bool { state.withLock { $0.drainingSince != nil && !$0.isEnded } }

    /// Runs `action` when the call must end, in place of the last one that was given; at once if that has come already. A call
    /// waits for one thing at a time.
    func whenGone(_ action: @escaping @Sendable () -> Void) {
        let isEnded = state.withLock { state in
            if !state.isEnded { state.action = action }
            return state.isEnded
        }
        if isEnded { action() }
    }

    /// Says what stands nearest to the socket.
    public func isWired(by wire: any ClientWire) { state.withLock { $0.wire = wire } }

    var wire: (any ClientWire)? { state.withLock(\.wire) }

    /// The client has left: the call ends, or drains where that is wanted and allowed.
    public func leave(_ departure: Departure) {
        let action = state.withLock { state -> (@Sendable () -> Void)? in
            guard state.failure == nil else { return nil }
            state.failure = departure == .left ? .clientGone : .clientStalled
            if let admission, admission.mayDrain() {
                state.drainingSince = .now
                return nil
            }
            return state.end()
        }
        action?()
    }

    /// Returns after `duration`, or when the call must end or the task is cancelled.
    func sleep(for duration: Duration) async {
        let pause = Task { try? await Task.sleep(for: duration) }
        whenGone { pause.cancel() }
        await withTaskCancellationHandler {
            await pause.value
        } onCancel: {
            pause.cancel()
        }
    }

    /// The gateway cannot wait any longer.
    func stop() {
        let action = state.withLock { state in
            if state.failure == nil { state.failure = .gatewayStopping }
            return state.end()
        }
        action?()
    }

    /// Ends a call that has drained for `limit`.
    func endDrain(after limit: Duration) {
        let action = state.withLock { state -> (@Sendable () -> Void)? in
            guard let since = state.drainingSince, ContinuousClock.now - since >= limit else { return nil }
            return state.end()
        }
        action?()
    }
}

extension ClientWatch.State {
    fileprivate mutating func end() -> (@Sendable () -> Void)? {
        isEnded = true
        defer { action = nil }
        return action
    }
}
