import HummingbirdCore
import NIOCore
import Synchronization

/// The way from the socket to who reads the body of a request that had not come whole when its turn came.
///
/// To be fed on the connection's loop; read anywhere.
final class ArrivingBody {
    private typealias Pieces = NIOThrowingAsyncSequenceProducer<
        ByteBuffer, any Error, NIOAsyncSequenceProducerBackPressureStrategies.HighLowWatermark, Room
    >

    /// Told by the reader, on whatever thread that is.
    private final class Room: NIOAsyncSequenceProducerDelegate {
        private let isFull = Atomic(false)
        private let changed: @Sendable () -> Void

        init(_ changed: @escaping @Sendable () -> Void) { self.changed = changed }

        var isTaken: Bool { isFull.load(ordering: .relaxed) }
        func take() { isFull.store(true, ordering: .relaxed) }
        func produceMore() {
            isFull.store(false, ordering: .relaxed)
            changed()
        }
        func didTerminate() { produceMore() }
    }

    private let source: Pieces.Source
    private let room: Room
    private var isDropped = false

    private init(_ source: Pieces.Source, _ room: Room) {
        self.source = source
        self.room = room
    }

    /// - Parameter changed: called when the reader has taken enough for more to be read.
    static func make(_ changed: @escaping @Sendable () -> Void) -> (ArrivingBody, content: RequestBody) {
        let room = Room(changed)
        let made = Pieces.makeSequence(
            backPressureStrategy: .init(lowWatermark: 2, highWatermark: 10), finishOnDeinit: true, delegate: room)
        return (ArrivingBody(made.source, room), RequestBody(asyncSequence: made.sequence))
    }

    /// As many pieces wait to be taken as may.
    var isFull: Bool { room.isTaken && !isDropped }

    func take(_ piece: ByteBuffer) {
        guard !isDropped, piece.readableBytes > 0 else { return }
        if source.yield(piece) == .stopProducing { room.take() }
    }

    /// Whatever else comes is of no use any more.
    func drop() { isDropped = true }

    func end() { source.finish() }
    func end(_ error: any Error) { source.finish(error) }
}
