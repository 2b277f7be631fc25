import HummingbirdCore
import NIOCore

/// The way from the socket to who reads the body of a request that had not come whole when its turn came.
///
/// To be fed on the connection's loop; read anywhere.
final class ArrivingBody {
    private typealias Pieces = NIOThrowingAsyncSequenceProducer<
        ByteBuffer, any Error, NIOAsyncSequenceProducerBackPressureStrategies.HighLowWatermark, Room
    >

    /// Called by the reader, on whatever thread that is.
    private struct Room: NIOAsyncSequenceProducerDelegate {
        let isWanted: @Sendable () -> Void
        func produceMore() { isWanted() }
        func didTerminate() { isWanted() }
    }

    private let source: Pieces.Source
    private var isDropped = false
    /// As many pieces wait to be taken as may.
    private(set) var isFull = false

    private init(_ source: Pieces.Source) { self.source = source }

    /// - Parameter isWanted: the reader has taken most of what came, or will take nothing more. May be called while the piece
    ///   that was one too many is still being taken here, so it must come to `empty` on the loop, later.
    static func make(_ isWanted: @escaping @Sendable () -> Void) -> (ArrivingBody, content: RequestBody) {
        let made = Pieces.makeSequence(
            backPressureStrategy: .init(lowWatermark: 2, highWatermark: 10), finishOnDeinit: true,
            delegate: Room(isWanted: isWanted))
        return (ArrivingBody(made.source), RequestBody(asyncSequence: made.sequence))
    }

    func take(_ piece: ByteBuffer) {
        guard !isDropped, piece.readableBytes > 0 else { return }
        if source.yield(piece) == .stopProducing { isFull = true }
    }

    func empty() { isFull = false }

    /// Whatever else comes is of no use any more.
    func drop() {
        isDropped = true
        empty()
    }

    func end() { source.finish() }
    func end(_ error: any Error) { source.finish(error) }
}
