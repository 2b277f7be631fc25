import GleanerCore
import NIOCore
import Synchronization

/// What an answer's pieces pass through between the provider's connection and the client's.
///
/// A piece that comes on the loop of a client who can take it is written there and then, without waking the call's task; one
/// that comes otherwise waits here for the task, which waits for the client.
final class AnswerPassage: Sendable {
    private struct State {
        var holdBack: HoldBack
        var lastSent: UInt8?
        /// Could not go out at once.
        var waiting = ByteBuffer()
        var isTooLarge = false
    }
    private let exchange: OpenExchange
    private let watch: ClientWatch
    private let wire: (any ClientWire)?
    private let maximumBytes: Int
    private let isChunked: Bool
    private let state: Mutex<State>

    /// - Parameter begun: what has been read, and taken by the exchange, already.
    init(_ relay: AnswerRelay, after begun: ByteBuffer) {
        exchange = relay.exchange
        watch = relay.watch
        wire = relay.watch.wire
        maximumBytes = relay.maximumBytes
        isChunked = relay.contentLength == nil
        var holdBack = HoldBack(relay.isEventStream ? relay.streamEnd : nil)
        if begun.readableBytes > 0 { _ = holdBack.pass(begun) }
        state = Mutex(State(holdBack: holdBack))
    }

    /// The stream has come to its own end.
    var sawEnd: Bool { state.withLock(\.holdBack.sawEnd) }

    /// The last byte that went out, or waits to.
    var lastSent: UInt8? { state.withLock(\.lastSent) }

    /// Takes a piece, and sends what may go out now.
    /// - Returns: `false` when the task has something to do before the next.
    func take(_ piece: ByteBuffer) -> Bool {
        let total = exchange.take(piece)
        let isTaken = wire?.takesNow ?? false
        let ready = state.withLock { state -> ByteBuffer? in
            guard total <= maximumBytes else {
                state.isTooLarge = true
                return nil
            }
            let ready = state.holdBack.pass(piece)
            guard ready.readableBytes > 0, !watch.isGone else { return ByteBuffer() }
            state.lastSent = ready.readableBytesView.last
            guard isTaken else {
                state.waiting = ready
                return nil
            }
            return ready
        }
        guard let ready else { return false }
        if ready.readableBytes > 0 {
            // Whether it arrives, the connection's end will tell.
            wire?.writePiece(ready, isChunk: isChunked)
            FaultPoint.midStream.pass()
        }
        return true
    }

    /// What could not go out at once.
    func takeWaiting() throws(GatewayError) -> ByteBuffer {
        let (waiting, isTooLarge) = state.withLock { state in
            defer { state.waiting = ByteBuffer() }
            return (state.waiting, state.isTooLarge)
        }
        if isTooLarge { throw .answerTooLarge(limit: maximumBytes) }
        return waiting
    }

    /// What was kept back for the end.
    func takeHeld() -> ByteBuffer {
        state.withLock { state in
            let held = state.holdBack.held
            if let last = held.readableBytesView.last { state.lastSent = last }
            return held
        }
    }
}
