public import NIOCore

/// The end of a client's connection that is nearest to the socket. To be used on the connection's loop only, but for `takesNow`.
public protocol ClientWire: AnyObject, Sendable {
    /// Whoever asks is on the connection's loop, and its client takes what is written.
    var takesNow: Bool { get }

    /// Writes a piece of an answer whose head is written, without passing what stands between call and socket.
    /// - Parameter isChunk: the head has given no length (HTTP/1.1).
    func writePiece(_ bytes: ByteBuffer, isChunk: Bool)

    /// From now on `watch` is told when the client leaves.
    func tells(_ watch: ClientWatch)

    /// What is written from now on leaves when `permit` says yes, which is asked right before and may block for a moment. When
    /// it says no, nothing leaves, and the connection closes.
    func hold(until permit: @escaping @Sendable () -> Bool)
}
