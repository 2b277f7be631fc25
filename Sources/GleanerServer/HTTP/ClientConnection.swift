import AsyncEpoll
import HTTPTypes
import HummingbirdCore
import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// The requests of one client, one after the other.
///
/// Stands last in the pipeline, and hands a request to the task that serves the connection: whole when it has come whole by
/// then, else with a body that is fed as it comes. The socket is not read while a body waits to be taken, nor while a
/// request waits for the one before it (docs/adr/0026).
/// Unchecked, because everything but the constants is touched on the channel's event loop only.
final class ClientConnection: ChannelDuplexHandler, @unchecked Sendable {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private struct Arriving {
        let head: HTTPRequestHead
        var body = ByteBuffer()
        var isWhole = false

        /// The client sends the body once it is told to (RFC 9110, 10.1.1).
        var asksFirst: Bool {
            body.readableBytes == 0 && head.version == .http1_1
                && head.headers.first(name: "expect")?.lowercased() == "100-continue"
        }

        mutating func take(_ piece: ByteBuffer) {
            if body.readableBytes == 0 { body = piece } else { body.writeImmutableBuffer(piece) }
        }
    }

    let channel: any Channel
    let wire: ConnectionGuard
    private var context: ChannelHandlerContext?
    private var arriving = CircularBuffer<Arriving>(initialCapacity: 1)
    /// Of the request that is being served, while there may be more of it.
    private var body: ArrivingBody?
    private var isServing = false
    private var isReadHeld = false
    private var isEnding = false
    /// Nothing that comes is of interest.
    private var isClosing = false
    private var isCancelled = false
    /// Nothing more will come.
    private var end: (any Error)?
    private var taker: CheckedContinuation<Void, Never>?
    private var writer: CheckedContinuation<Void, Never>?

    init(channel: any Channel, wire: ConnectionGuard) {
        self.channel = channel
        self.wire = wire
    }

    var loop: any EventLoop { channel.eventLoop }

    // MARK: Requests

    /// - Returns: `nil` when there will be none.
    func next() async -> ServedRequest? {
        loop.assertInEventLoop()
        isServing = false
        body?.drop()
        while true {
            if body == nil, let request = arriving.popFirst() { return serve(request) }
            guard end == nil, !isEnding else { return nil }
            readOn()
            await withCheckedContinuation { taker = $0 }
        }
    }

    private func serve(_ arrived: Arriving) -> ServedRequest? {
        guard let head = try? HTTPRequest(served: arrived.head) else {
            end = end ?? HTTPParserError.invalidMethod
            return nil
        }
        isServing = true
        return ServedRequest(
            request: Request(head: head, body: arrived.isWhole ? RequestBody(buffer: arrived.body) : feed(arrived)),
            keepsConnection: arrived.head.isKeepAlive)
    }

    private func feed(_ arrived: Arriving) -> RequestBody {
        let (body, content) = ArrivingBody.make { [weak self] in
            guard let self else { return }
            loop.execute { self.bodyIsWanted() }
        }
        body.take(arrived.body)
        if let end { body.end(end) } else { self.body = body }
        if arrived.asksFirst {
            context?.writeAndFlush(
                wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .continue))), promise: nil)
        }
        return content
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isClosing else { return }
        switch unwrapInboundIn(data) {
        case .head(let head): arriving.append(Arriving(head: head))
        case .body(let piece):
            if let body { return body.take(piece) }
            withLast { $0.take(piece) }
        case .end:
            if let body {
                body.end()
                self.body = nil
            } else {
                withLast { $0.isWhole = true }
            }
            wake()
        }
    }

    private func withLast(_ change: (inout Arriving) -> Void) {
        guard !arriving.isEmpty else { return }
        change(&arriving[arriving.index(before: arriving.endIndex)])
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if !arriving.isEmpty { wake() }
    }

    private func wake() {
        taker?.resume()
        taker = nil
    }

    // MARK: Reading no more than is taken

    private var mayRead: Bool { !(body?.isFull ?? false) && !(isServing && !arriving.isEmpty) }

    func read(context: ChannelHandlerContext) {
        guard mayRead else { return isReadHeld = true }
        context.read()
    }

    private func bodyIsWanted() {
        body?.empty()
        readOn()
    }

    private func readOn() {
        guard isReadHeld, mayRead else { return }
        isReadHeld = false
        context?.read()
    }

    // MARK: Answers

    /// Sends a part of an answer, once the client has taken most of what was sent before.
    func send(_ part: HTTPServerResponsePart) async throws {
        guard loop.inEventLoop else {
            return try await withTaskExecutorPreference(LoopExecutor(loop)) { try await sendFromLoop(part) }
        }
        try await write(part)
    }

    @concurrent private func sendFromLoop(_ part: HTTPServerResponsePart) async throws { try await write(part) }

    private func write(_ part: HTTPServerResponsePart) async throws {
        loop.assertInEventLoop()
        while context != nil, !channel.isWritable {
            if isCancelled { throw CancellationError() }
            await withCheckedContinuation { writer = $0 }
        }
        guard let context else { throw ChannelError.ioOnClosedChannel }
        context.writeAndFlush(wrapOutboundOut(part), promise: nil)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { goOnWriting() }
        context.fireChannelWritabilityChanged()
    }

    private func goOnWriting() {
        writer?.resume()
        writer = nil
    }

    // MARK: The end

    /// What came cannot be read as HTTP, and has not been answered.
    var isGarbled: Bool { end is HTTPParserError && !isServing }

    /// After the last answer has been taken. The client closes its side when it has read that; a server that stops does not
    /// wait for it, and others not for long.
    func close() {
        let mayLinger = !isEnding && !wire.willClose
        arriving.removeAll()
        isClosing = true
        let taken = loop.makePromise(of: Void.self)
        taken.futureResult.assumeIsolated().whenComplete { [channel] _ in
            guard mayLinger else { return channel.close(promise: nil) }
            _ = channel.eventLoop.scheduleTask(in: Self.linger) { channel.close(promise: nil) }
        }
        channel.close(mode: .output, promise: taken)
    }

    private static var linger: TimeAmount { .seconds(5) }

    /// Nothing more is served: at once when nothing is under way, else after it.
    func finish() {
        isEnding = true
        wake()
    }

    /// The same, and nobody waits for the client any more.
    func cancel() {
        isCancelled = true
        goOnWriting()
        finish()
    }

    private func endsWith(_ error: any Error) {
        guard end == nil else { return }
        end = error
        body?.end(error)
        body = nil
        wake()
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { gone() }

    func channelInactive(context: ChannelHandlerContext) { gone() }

    private func gone() {
        guard context != nil else { return }
        context = nil
        goOnWriting()
        endsWith(ChannelError.eof)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { endsWith(error) }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent { finish() }
    }
}
