import AsyncCurl
import GleanerCore
import GleanerHTTP
import HTTPTypes
import Hummingbird
import NIOCore

/// Passes an answer on as it comes, captures it on the side, and lets its end go only when the exchange is durable.
struct AnswerRelay: Sendable {
    let exchange: OpenExchange
    let response: CurlResponse
    let watch: ClientWatch
    let open: OpenExchanges
    /// How a stream of this endpoint ends; `nil` where that is not known.
    let streamEnd: StreamEnd?
    let variant: String?
    let maximumBytes: Int

    /// The answer for the server to send: head now, body as it arrives.
    func answer() -> Response {
        let kept = WireHeaders.fromProvider(response.headers)
        let isEventStream = WireHeaders.isEventStream(kept)
        exchange.head(status: response.status, headers: kept, isEventStream: isEventStream)
        var headers: HTTPFields = [.exchangeID: exchange.id.description]
        if let variant { headers[.variant] = variant }
        for (name, value) in kept {
            if let name = HTTPField.Name(name) { headers[name] = value }
        }
        let length = isEventStream ? nil : response.headers.first("content-length").flatMap(Int.init)
        return Response(
            status: .init(code: response.status), headers: headers,
            body: ResponseBody(contentLength: length) { writer in
                defer { open.remove(exchange.id) }
                try await relay(to: &writer, isEventStream: isEventStream)
            })
    }

    // MARK: The body

    @concurrent private func relay(to writer: inout any ResponseBodyWriter, isEventStream: Bool) async throws {
        watch.whenGone { [response] in response.cancel() }
        var holdBack = HoldBack(isEventStream ? streamEnd : nil)
        var lastSent: UInt8?
        do {
            for try await piece in response.body {
                guard exchange.take(piece) <= maximumBytes else {
                    throw GatewayError.answerTooLarge(limit: maximumBytes)
                }
                let ready = holdBack.pass(piece)
                guard ready.readableBytes > 0 else { continue }
                lastSent = ready.readableBytesView.last
                try await write(ready, to: &writer)
                FaultPoint.midStream.pass()
            }
        } catch {
            // After its own end the answer is whole, whatever becomes of the connection.
            if !holdBack.sawEnd || watch.isGone {
                return try await end(after: error, lastSent: lastSent, isEventStream: isEventStream, &writer)
            }
        }
        // A connection that closed quietly in the middle is no end either.
        if isEventStream, streamEnd != nil, !holdBack.sawEnd, response.status == 200 {
            if holdBack.held.readableBytes > 0 {
                lastSent = holdBack.held.readableBytesView.last
                try await write(holdBack.held, to: &writer)
            }
            return try await end(
                after: GatewayError.providerCut, lastSent: lastSent, isEventStream: isEventStream, &writer)
        }
        try await exchange.close(.completed)
        FaultPoint.beforeLastByte.pass()
        if holdBack.held.readableBytes > 0 { try await write(holdBack.held, to: &writer) }
        try await writer.finish(nil)
    }

    @concurrent private func write(_ bytes: ByteBuffer, to writer: inout any ResponseBodyWriter) async throws {
        do {
            try await writer.write(bytes)
        } catch {
            response.cancel()
            throw GatewayError.clientGone
        }
    }

    /// The answer will not be whole: keeps what came, and lets the client see that something is missing.
    @concurrent private func end(
        after error: any Error, lastSent: UInt8?, isEventStream: Bool, _ writer: inout any ResponseBodyWriter
    ) async throws {
        response.cancel()
        let failure = watch.isGone ? .clientGone : (error as? GatewayError) ?? Self.failure(error)
        // A stop that could not wait cancels this task and closes the connection; the client did not leave.
        if Task.isCancelled {
            await exchange.closeOrLog(.interrupted, reason: "gateway_stopped")
            throw failure
        }
        if failure == .clientGone {
            await exchange.closeOrLog(.clientGone, reason: failure.explanation.code)
            throw failure
        }
        await exchange.closeOrLog(.upstreamFailed, reason: failure.explanation.code)
        // A body of known length, or of JSON, is broken off: nobody may take the part for the whole.
        guard isEventStream else { throw failure }
        // A stream gets an error event, on a line of its own, and no [DONE].
        var event = ByteBuffer(string: lastSent == nil || lastSent == 0x0A ? "" : "\n\n")
        event.writeString("data: ")
        event.writeBytes(ErrorBody.openAI.bytes(failure.explanation))
        event.writeString("\n\n")
        try await write(event, to: &writer)
        try await writer.finish(nil)
    }

    private static func failure(_ error: any Error) -> GatewayError {
        (error as? CurlError).map(GatewayError.init) ?? .providerCut
    }
}
