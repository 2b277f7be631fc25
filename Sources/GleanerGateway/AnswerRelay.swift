import AsyncCurl
import GleanerCore
import GleanerHTTP
import HTTPTypes
import Hummingbird
import NIOCore

/// Passes an answer on as it comes, captures it on the side, and lets its end go only when the exchange is durable.
final class AnswerRelay: Sendable {
    let exchange: OpenExchange
    /// Without its headers.
    let response: CurlResponse
    /// As the provider said; a stream has none.
    let contentLength: Int?
    let watch: ClientWatch
    let open: OpenExchanges
    /// How a stream of this endpoint ends; `nil` where that is not known.
    let streamEnd: StreamEnd?
    let feedbackToken: FeedbackTokenGrant?
    let maximumBytes: Int
    /// `nil` where answers go out as they come.
    private let gate: AnswerGate?
    /// Held until the answer is over, so that limits count the call as long as it is open.
    private let admission = Admission.current

    let status: HTTPResponse.Status
    let isEventStream: Bool
    let token: TokenInBody?

    /// An answer that is no stream is of use to its client only when it is whole. Up to this many bytes it is read first:
    /// head and body then leave together, and one that breaks off is an error with a status instead of half an answer.
    private static let wholeBytes = 64 << 10

    /// Notes the head of an answer to `call`.
    @inline(never)
    init(
        _ exchange: OpenExchange, _ response: CurlResponse, to call: Call, open: OpenExchanges, maximumBytes: Int
    ) {
        self.exchange = exchange
        self.response = response.bare
        self.open = open
        self.maximumBytes = maximumBytes
        watch = call.watch
        streamEnd = call.endpoint.streamEnd
        feedbackToken = call.feedbackToken
        status = HTTPResponse.Status(code: response.status)
        gate = (200..<300).contains(response.status) ? call.answerGate : nil
        let kept = WireHeaders.fromProvider(response.headers)
        isEventStream = WireHeaders.isEventStream(kept)
        contentLength = isEventStream ? nil : response.headers.first("content-length").flatMap(Int.init)
        token = TokenInBody(call.feedbackToken, headers: kept, isEventStream: isEventStream)
        exchange.head(status: response.status, headers: kept, isEventStream: isEventStream)
        open.add(exchange, watch)
        open.count(status: response.status)
    }

    /// What Gleaner says of the exchange, whoever's the body is. Made when it is wanted: a stream would hold it to its end, and
    /// the end of a whole answer is on its way to the disk meanwhile.
    var ownHeaders: HTTPFields {
        var headers = HTTPFields.of(exchange.id, feedbackToken)
        if let variant = exchange.variant { headers.append(HTTPField(name: .variant, value: variant)) }
        return headers
    }

    /// Gleaner's own and the provider's.
    var headers: HTTPFields {
        var headers = ownHeaders
        headers.append(kept: exchange.headers)
        return headers
    }

    /// The answer for the server to send: a stream's head now and its body as it arrives, anything else at once. When the
    /// client has left and the answer is to be read all the same, returns when that is done.
    func answer() async throws(JournalError) -> Response {
        if watch.isGone {
            await drain()
            return Response(status: .ok)
        }
        if let gate { return try await answer(through: gate) }
        if isEventStream { return passing(on: ByteBuffer()) }
        return try await whole()
    }

    private func whole() async throws(JournalError) -> Response {
        var begun = ByteBuffer()
        switch await read(into: &begun) {
        case .success(true):
            defer { open.remove(exchange.id) }
            try await exchange.end(.completed)
            try holdUntilDurable()
            return all(begun)
        case .success(false): return passing(on: begun)
        case .failure(let failure):
            defer { open.remove(exchange.id) }
            await end(after: failure)
            return ErrorBody.openAI.response(failure.explanation, headers: ownHeaders)
        }
    }

    /// The answer is made ready while the disk works.
    @inline(never)
    private func holdUntilDurable() throws(JournalError) {
        if watch.channel.eventLoop.inEventLoop, let wire = watch.wire {
            wire.hold(until: exchange.mayAnswer)
        } else if !exchange.mayAnswer() {
            try exchange.settle()
        }
    }

    @inline(never)
    private func all(_ body: ByteBuffer) -> Response {
        Response(status: status, headers: headers, body: .init(byteBuffer: token?.into(body) ?? body))
    }

    /// - Parameter begun: what has been read already.
    @inline(never)
    private func passing(on begun: ByteBuffer) -> Response {
        let first = token?.into(begun) ?? begun
        return Response(
            status: status, headers: headers,
            body: ResponseBody(contentLength: contentLength.map { $0 + first.readableBytes - begun.readableBytes }) {
                [self] writer in
                defer { open.remove(exchange.id) }
                if let preface = token?.preface, preface.readableBytes > 0 { try await write(preface, to: &writer) }
                try await relay(to: &writer, after: first)
            })
    }

    /// Reads the body to its end, unless it is longer than `wholeBytes`.
    /// - Returns: whether that was all.
    private func read(into body: inout ByteBuffer) async -> Result<Bool, GatewayError> {
        watch.whenGone { [response] in response.cancel() }
        do throws(CurlError) {
            let pieces = response.body.makeAsyncIterator()
            while let piece = try await pieces.next() {
                guard exchange.take(piece) <= maximumBytes else {
                    return .failure(.answerTooLarge(limit: maximumBytes))
                }
                if body.readableBytes == 0 { body = piece } else { body.writeImmutableBuffer(piece) }
                if body.readableBytes > Self.wholeBytes { return .success(false) }
            }
        } catch {
            return .failure(watch.failure ?? GatewayError(error))
        }
        if watch.isGone, let failure = watch.failure { return .failure(failure) }
        return .success(true)
    }

    /// The server writes nothing to a connection that has closed, not even the head; so the answer is read here.
    private func drain() async {
        defer { open.remove(exchange.id) }
        watch.whenGone { [response] in response.cancel() }
        do throws(CurlError) {
            let body = response.body.makeAsyncIterator()
            while let piece = try await body.next(), exchange.take(piece) <= maximumBytes {}
        } catch {
            open.count(GatewayError(error))
        }
        response.cancel()
        let failure = watch.failure ?? .clientGone
        await exchange.closeOrLog(
            Task.isCancelled ? .interrupted : failure.ending,
            reason: Task.isCancelled ? "gateway_stopped" : failure.explanation.code)
    }

    // MARK: The body

    /// - Parameter begun: what has been read already.
    @concurrent private func relay(to writer: inout any ResponseBodyWriter, after begun: ByteBuffer) async throws {
        watch.whenGone { [response] in response.cancel() }
        let passage = AnswerPassage(self, after: begun)
        do {
            while try await response.body.pass(to: passage.take) {
                let ready = try passage.takeWaiting()
                guard ready.readableBytes > 0 else { continue }
                try await write(ready, to: &writer)
                FaultPoint.midStream.pass()
            }
        } catch {
            // After its own end the answer is whole, whatever becomes of the connection.
            if !passage.sawEnd || watch.isGone {
                return try await end(after: error, lastSent: passage.lastSent, &writer)
            }
        }
        if let failure = watch.failure, watch.isGone {
            // Nobody is there to take the end; the answer is stored whole.
            await exchange.closeOrLog(failure.ending, reason: failure.explanation.code)
            throw failure
        }
        // A connection that closed quietly in the middle is no end either.
        if isEventStream, streamEnd != nil, !passage.sawEnd, response.status == 200 {
            let held = passage.takeHeld()
            if held.readableBytes > 0 { try await write(held, to: &writer) }
            return try await end(after: GatewayError.providerCut, lastSent: passage.lastSent, &writer)
        }
        try await exchange.close(.completed)
        FaultPoint.beforeLastByte.pass()
        let held = passage.takeHeld()
        if held.readableBytes > 0 { try await write(held, to: &writer) }
        try await writer.finish(nil)
    }

    @concurrent private func write(_ bytes: ByteBuffer, to writer: inout any ResponseBodyWriter) async throws {
        do {
            try await writer.write(bytes)
        } catch {
            watch.leave(.left)
            guard !watch.isDraining else { return }
            response.cancel()
            throw watch.failure ?? .clientGone
        }
    }

    /// The answer will not be whole: keeps what came.
    func end(after failure: GatewayError) async {
        response.cancel()
        // A stop that could not wait cancels this task and closes the connection; the client did not leave.
        guard !Task.isCancelled else { return await exchange.closeOrLog(.interrupted, reason: "gateway_stopped") }
        open.count(failure)
        await exchange.closeOrLog(failure.ending, reason: failure.explanation.code)
    }

    /// The same in the middle of an answer that its client is reading: lets it see that something is missing.
    @concurrent private func end(
        after error: any Error, lastSent: UInt8?, _ writer: inout any ResponseBodyWriter
    ) async throws {
        let failure = watch.failure ?? (error as? GatewayError) ?? Self.failure(error)
        await end(after: failure)
        if Task.isCancelled || watch.isGone { throw failure }
        // A body of known length, or of JSON, is broken off: nobody may take the part for the whole.
        guard isEventStream else { throw failure }
        // A stream gets an error event, on a line of its own, and no [DONE].
        var event = ByteBuffer(string: lastSent == nil || lastSent == 0x0A ? "" : "\n\n")
        let body = ErrorBody.openAI.bytes(failure.explanation)
        if case .events = streamEnd {
            // Where events have names, SDKs pass over one that has none.
            event.writeString(#"event: error\#ndata: {"type":"error","#)
            event.writeBytes(body.dropFirst())
        } else {
            event.writeString("data: ")
            event.writeBytes(body)
        }
        event.writeString("\n\n")
        try await write(event, to: &writer)
        try await writer.finish(nil)
    }

    private static func failure(_ error: any Error) -> GatewayError {
        (error as? CurlError).map(GatewayError.init) ?? .providerCut
    }
}

extension GatewayError {
    /// How an exchange is stored that ends with this after it has begun.
    var ending: ExchangeStatus {
        switch self {
        case .clientGone, .clientStalled: .clientGone
        case .gatewayStopping: .interrupted
        default: .upstreamFailed
        }
    }
}
