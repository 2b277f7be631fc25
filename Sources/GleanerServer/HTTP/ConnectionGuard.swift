import GleanerGateway
import NIOCore

/// Stands nearest to the socket: times what the client sends and takes, and ends the connection when it is too slow.
///
/// A client that leaves is reported to the `ClientWatch` of the call under way, which comes here as an event.
/// Unchecked, because everything but the constants is touched on the channel's event loop only.
final class ConnectionGuard: ChannelDuplexHandler, ClientWire, @unchecked Sendable {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    let loop: any EventLoop
    let address: String?
    private let connections: Connections
    private var clock: RequestClock
    private var context: ChannelHandlerContext?
    /// Why the connection is not served at all.
    private var refusal: ConnectionRefusal?
    private var answerHasBegun = false
    private var isStalled = false
    private weak var watch: ClientWatch?
    private var isFlushQueued = false
    /// Small writes of this turn, in their order.
    private var gathered = ByteBuffer()
    /// What is written leaves with its word only.
    private var permit: (@Sendable () -> Bool)?

    init(channel: any Channel, connections: Connections) {
        loop = channel.eventLoop
        address = channel.remoteAddress?.ipAddress
        self.connections = connections
        clock = RequestClock(connections.policy, now: .now())
    }

    var policy: ConnectionPolicy { connections.policy }
    var isIdle: Bool { clock.isIdle && !clock.mayBeBehind }

    // MARK: Requests and answers, told by `RequestWatch`

    func headEnded() { clock.headEnded(now: .now()) }
    func requestEnded() { clock.requestEnded() }
    func answerBegins() { answerHasBegun = true }
    func answerEnded() {
        answerHasBegun = false
        clock.answerEnded(now: .now())
    }
    /// The connection may not be used again.
    var willClose: Bool { connections.isStopping }

    // MARK: Time

    func check(now: NIODeadline) {
        guard let context, refusal == nil else { return }
        let waiting =
            clock.mayBeBehind ? (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0 : 0
        switch clock.check(waiting: waiting, now: now) {
        case .fine: break
        case .idle: close()
        case .slowHead: refuse(.slowHead)
        case .slowBody: refuse(.slowBody)
        case .stalled:
            isStalled = true
            connections.countStall()
            close()
        }
    }

    func close() {
        flushNow()
        context?.close(promise: nil)
    }

    func refuse(_ refusal: ConnectionRefusal) {
        connections.count(refusal)
        let hasAnswer = answerHasBegun || (refusal == .slowBody && clock.open == 0)
        if let context { passGathered(context) }
        if !hasAnswer { context?.writeAndFlush(wrapOutboundOut(.byteBuffer(refusal.wireBytes)), promise: nil) }
        close()
    }

    // MARK: ChannelHandler

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        refusal = connections.add(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) { gone() }

    func channelActive(context: ChannelHandlerContext) {
        context.fireChannelActive()
        guard let refusal else { return }
        connections.count(refusal)
        context.writeAndFlush(wrapOutboundOut(.byteBuffer(refusal.wireBytes)), promise: nil)
        guard connections.linger(self) else { return close() }
        // What the client is sending meanwhile must be read, or its kernel throws our answer away.
        context.close(mode: .output, promise: nil)
        _ = context.eventLoop.scheduleTask(in: .seconds(1)) { self.close() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard refusal == nil else { return close() }
        clock.received(unwrapInboundIn(data).readableBytes, now: .now())
        context.fireChannelRead(data)
    }

    /// A chunk comes as three writes: its length, itself, and the end of its line. Copied into one they cost less.
    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let bytes = unwrapOutboundIn(data)
        clock.wrote(bytes.readableBytes)
        guard promise == nil, case .byteBuffer(let small) = bytes, small.readableBytes <= Self.smallWrite else {
            passGathered(context)
            return context.write(data, promise: promise)
        }
        makeRoom(for: small.readableBytes, context)
        gathered.writeImmutableBuffer(small)
    }

    var takesNow: Bool {
        guard loop.inEventLoop, let context else { return false }
        return context.channel.isWritable
    }

    /// A piece as the encoder would have framed it, had it come by its way.
    func writePiece(_ bytes: ByteBuffer, isChunk: Bool) {
        loop.assertInEventLoop()
        guard let context else { return }
        let length = isChunk ? String(bytes.readableBytes, radix: 16) : ""
        clock.wrote(bytes.readableBytes + (isChunk ? length.utf8.count + 4 : 0))
        let isSmall = bytes.readableBytes <= Self.smallWrite
        makeRoom(for: isSmall ? bytes.readableBytes + Self.frame : Self.frame, context)
        if isChunk {
            gathered.writeString(length)
            gathered.writeStaticString("\r\n")
        }
        if isSmall {
            gathered.writeImmutableBuffer(bytes)
        } else {
            // Copies of much would be memory that a slow client holds.
            passGathered(context)
            context.write(wrapOutboundOut(.byteBuffer(bytes)), promise: nil)
        }
        if isChunk { gathered.writeStaticString("\r\n") }
        flush(context: context)
    }

    func hold(until permit: @escaping @Sendable () -> Bool) {
        loop.assertInEventLoop()
        self.permit = permit
    }

    private static var smallWrite: Int { 4096 }
    /// More than the length and the ends of lines around a chunk take.
    private static var frame: Int { 32 }

    private func makeRoom(for count: Int, _ context: ChannelHandlerContext) {
        if gathered.readableBytes + count > Self.smallWrite { passGathered(context) }
        gathered.reserveCapacity(minimumWritableBytes: max(count, 512))
    }

    private func passGathered(_ context: ChannelHandlerContext) {
        guard gathered.readableBytes > 0 else { return }
        context.write(wrapOutboundOut(.byteBuffer(gathered)), promise: nil)
        gathered = ByteBuffer()
    }

    /// What one turn of the loop writes goes out together: a chunk and the end behind it are one call to the kernel.
    func flush(context: ChannelHandlerContext) {
        guard !isFlushQueued else { return }
        isFlushQueued = true
        loop.execute { self.flushNow() }
    }

    private func flushNow() {
        guard isFlushQueued else { return }
        isFlushQueued = false
        guard let context else { return }
        if let permit {
            self.permit = nil
            guard permit() else { return context.close(promise: nil) }
        }
        passGathered(context)
        context.flush()
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        flushNow()
        context.close(mode: mode, promise: promise)
    }

    func triggerUserOutboundEvent(
        context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?
    ) {
        guard let watch = event as? ClientWatch else {
            return context.triggerUserOutboundEvent(event, promise: promise)
        }
        tells(watch)
        promise?.succeed()
    }

    func tells(_ watch: ClientWatch) {
        loop.assertInEventLoop()
        guard context != nil else { return watch.leave(.left) }
        self.watch = watch
        watch.isWired(by: self)
    }

    func channelInactive(context: ChannelHandlerContext) {
        gone()
        context.fireChannelInactive()
    }

    private func gone() {
        guard context != nil else { return }
        context = nil
        permit = nil
        connections.remove(self)
        watch?.leave(isStalled ? .stalled : .left)
        watch = nil
    }
}
