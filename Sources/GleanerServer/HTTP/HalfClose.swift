import NIOCore
import NIOHTTPTypes

/// Closes a connection whose client has closed its sending side.
///
/// The server allows half-closure, so a client that left would go unnoticed until something is written to it. A client
/// that half-closes on purpose is treated as gone, too: no HTTP client in use does that.
final class HalfClose: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }
}
