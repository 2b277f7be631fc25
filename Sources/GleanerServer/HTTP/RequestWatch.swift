import NIOCore
import NIOHTTP1

/// Stands behind the HTTP decoder: refuses heads that two parsers could read differently, and tells the
/// `ConnectionGuard` where requests and answers begin and end.
///
/// It also closes a connection whose client has closed its sending side. The server allows half-closure, so a client
/// that left would go unnoticed until something is written to it. A client that half-closes on purpose is treated as
/// gone, too: no HTTP client in use does that (docs/adr/0008).
final class RequestWatch: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let connection: ConnectionGuard
    private var isRefused = false

    init(_ connection: ConnectionGuard) { self.connection = connection }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isRefused else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            if let refusal = Self.refusal(of: head, maximumURLBytes: connection.policy.maximumURLBytes) {
                isRefused = true
                return connection.refuse(refusal)
            }
            connection.headEnded()
        case .body: break
        case .end: connection.requestEnded()
        }
        context.fireChannelRead(data)
    }

    /// The decoder has refused two lengths, a length with chunks, folded lines, bare line feeds and the like.
    static func refusal(of head: HTTPRequestHead, maximumURLBytes: Int) -> ConnectionRefusal? {
        guard head.uri.utf8.count <= maximumURLBytes else { return .urlTooLong }
        let encodings = head.headers["transfer-encoding"]
        guard encodings.isEmpty || (head.version == .http1_1 && encodings.map { $0.lowercased() } == ["chunked"]) else {
            return .ambiguous
        }
        let hosts = head.headers["host"].count
        return hosts == 1 || (hosts == 0 && head.version == .http1_0) ? nil : .ambiguous
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head) where !(100..<200).contains(head.status.code):
            connection.answerBegins()
            guard connection.willClose else { break }
            head.headers.replaceOrAdd(name: "connection", value: "close")
            return context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .head, .body: break
        case .end: connection.answerEnded()
        }
        context.write(data, promise: promise)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }
}
