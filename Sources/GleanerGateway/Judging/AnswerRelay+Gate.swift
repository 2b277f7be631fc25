import AsyncCurl
import GleanerCore
import GleanerHTTP
import HTTPTypes
import Hummingbird
import NIOCore

extension AnswerRelay {
    /// Reads the whole answer, has it judged, and sends it or what stands in its place. The provider's own bytes are
    /// stored either way.
    func answer(through gate: AnswerGate) async throws(JournalError) -> Response {
        defer { open.remove(exchange.id) }
        var body = ByteBuffer()
        var holdBack = HoldBack(isEventStream ? streamEnd : nil)
        watch.whenGone { [response] in response.cancel() }
        do throws(CurlError) {
            let pieces = response.body.makeAsyncIterator()
            while let piece = try await pieces.next() {
                guard exchange.take(piece) <= maximumBytes else {
                    response.cancel()
                    return await failed(.answerTooLarge(limit: maximumBytes))
                }
                _ = holdBack.pass(piece)
                if body.readableBytes == 0 { body = piece } else { body.writeImmutableBuffer(piece) }
            }
        } catch {
            if !holdBack.sawEnd || watch.isGone { return await failed(watch.failure ?? GatewayError(error)) }
        }
        if watch.isGone, let failure = watch.failure { return await failed(failure) }
        // A stream without its own end is a part, and a part is not shown for the whole.
        if isEventStream, streamEnd != nil, !holdBack.sawEnd { return await failed(.providerCut) }
        guard let refusal = await gate.judge.refusal(ofAnswer: body, isEventStream: isEventStream, gate.call) else {
            try await exchange.close(.completed)
            FaultPoint.beforeLastByte.pass()
            return Response(
                status: status, headers: headers, body: .init(byteBuffer: token?.whole(body) ?? body))
        }
        try await exchange.close(.completed, reason: AnswerGate.reason)
        return refused(refusal, gate)
    }

    private func refused(_ refusal: CallRefusal, _ gate: AnswerGate) -> Response {
        let answer = RefusedAnswer(
            refusal: refusal, endpoint: gate.endpoint, model: gate.model, exchange: exchange.id,
            isEventStream: isEventStream)
        guard let body = answer.body else {
            return ErrorBody.openAI.response(GatewayError.answerRefused(refusal).explanation, headers: ownHeaders)
        }
        let type = isEventStream ? "text/event-stream" : "application/json"
        var headers = headers
        headers[.contentLength] = nil
        headers[.contentEncoding] = nil
        headers[.contentType] = type
        // What stands in its place can take a token whatever the provider's own answer was.
        let token = TokenInBody(feedbackToken, headers: ["content-type": type], isEventStream: isEventStream)
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: token?.whole(body) ?? body))
    }

    private func failed(_ failure: GatewayError) async -> Response {
        await end(after: failure)
        return ErrorBody.openAI.response(failure.explanation, headers: ownHeaders)
    }
}
