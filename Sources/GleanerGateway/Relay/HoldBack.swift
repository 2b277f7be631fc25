import NIOCore

/// Keeps the end of an answer back until the exchange is durable (P2), and nothing more than that.
///
/// In a stream the end is its last event; in any other body it is the last piece that came.
struct HoldBack {
    private enum Kind { case eventStream(StreamEndFinder), body }
    private var kind: Kind
    /// Not passed on yet; goes out last.
    private(set) var held = ByteBuffer()

    /// - Parameter streamEnd: `nil` for a body that is no stream of events, or one whose end is not known.
    init(_ streamEnd: StreamEnd?) { kind = streamEnd.map { .eventStream(StreamEndFinder($0)) } ?? .body }

    /// The stream has come to its own end.
    var sawEnd: Bool { if case .eventStream(let finder) = kind { finder.found } else { false } }

    /// Takes the next piece, returns what may go out now.
    mutating func pass(_ piece: ByteBuffer) -> ByteBuffer {
        switch kind {
        case .body:
            defer { held = piece }
            return held
        case .eventStream(var finder):
            var ready = held
            var piece = piece
            if held.readableBytes > 0 {
                ready.writeBuffer(&piece)
            } else {
                ready = piece
            }
            let before = held.readableBytes
            let keep = finder.scan(ready, from: before)
            kind = .eventStream(finder)
            let out = ready.readSlice(length: ready.readableBytes - keep) ?? ByteBuffer()
            held = ready
            return out
        }
    }
}
