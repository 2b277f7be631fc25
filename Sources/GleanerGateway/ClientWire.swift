public import NIOCore

/// The end of a client's connection that is nearest to the socket. To be used on the connection's loop only.
public protocol ClientWire: AnyObject, Sendable {
    /// Writes a chunk of an answer whose head is written, without passing what stands between call and socket.
    func writeChunk(_ bytes: ByteBuffer)

    /// What is written from now on leaves when `permit` says yes, which is asked right before and may block for a moment. When
    /// it says no, nothing leaves, and the connection closes.
    func hold(until permit: @escaping @Sendable () -> Bool)
}
