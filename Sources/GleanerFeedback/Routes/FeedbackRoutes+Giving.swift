import Foundation
import GleanerCore
import GleanerHTTP
import HTTPTypes
import Hummingbird
import NIOCore

extension FeedbackRoutes {
    /// `POST /api/feedback` → 202. The exchange may still be on its way.
    func give(_ request: Request, context: GleanerContext) async throws -> Response {
        let shown = Self.token(request.headers)
        // A page's body is not even read as JSON unless it says that it is.
        if shown != nil || request.headers[.origin] != nil { try Self.requireJSON(request.headers) }
        var token: FeedbackToken?
        if let shown { token = try await tokens.check(shown) }
        let bytes = try await request.body.collect(
            upTo: shown == nil && context.caller != nil ? context.maxUploadSize : Self.longestFromPage)
        // For somebody who shows neither key nor token nothing is read.
        guard shown != nil || context.caller != nil || Self.mayHoldToken(bytes) else { throw AccessError.keyRefused }
        let body = try context.requestDecoder.decode(FeedbackBody.self, from: bytes.readableBytesView)
        if token == nil, let text = body.token {
            try Self.requireJSON(request.headers)
            token = try await tokens.check(text)
        }
        if let token { return try await give(request, bytes, body, holding: token) }
        return try await give(request, bytes, body, by: try context.caller(with: .feedback))
    }

    private func give(
        _ request: Request, _ bytes: ByteBuffer, _ body: FeedbackBody, by caller: Caller
    ) async throws -> Response {
        let said = SaidFeedback(
            subject: try body.requiredSubject(), judgements: body.judgements, rater: body.rater)
        let key = try PostKey(
            request, body: bytes.readableBytesView, project: caller.project, holder: "key:\(caller.key)")
        return Self.response(
            try await service.post(
                said, from: Giver(caller), key: key, allowance: nil, answer: FeedbackAccepted.answer))
    }

    private func give(
        _ request: Request, _ bytes: ByteBuffer, _ body: FeedbackBody, holding token: FeedbackToken
    ) async throws -> Response {
        let allowance = TokenAllowance(token: token)
        let said = try allowance.limit(body)
        let key = try PostKey(
            request, body: bytes.readableBytesView, project: token.project,
            holder: "token:\(token.exchange):\(token.rater)")
        return Self.response(
            try await service.post(
                said, from: Giver(project: token.project, proof: .token, source: "page"), key: key,
                allowance: allowance, answer: FeedbackAccepted.answer))
    }

    /// `POST /api/feedback/bulk` → 202 when all were kept, 207 when some were.
    func giveMany(_ request: Request, context: GleanerContext) async throws -> Response {
        let caller = try context.caller(with: .feedback)
        let bytes: ByteBuffer
        do {
            bytes = try await request.body.collect(upTo: BulkFeedback.longest)
        } catch let error as HTTPError where error.status == .contentTooLarge {
            throw BulkError.tooLarge(limit: BulkFeedback.longest)
        }
        let bulk = try BulkFeedback(Array(bytes.readableBytesView), isLines: Self.isLines(request.headers))
        let key = try PostKey(
            request, body: bytes.readableBytesView, project: caller.project, holder: "key:\(caller.key)")
        return Self.response(
            try await service.post(bulk, from: Giver(caller), key: key, answer: BulkAccepted.answer))
    }

    // MARK: Requests and answers

    /// Bytes of a body that comes without a key: texts of 16 KiB, all of it escapes, several of them.
    private static let longestFromPage = 256 << 10

    /// `Authorization: Feedback <token>`.
    private static func token(_ headers: HTTPFields) -> String? {
        guard let parts = headers[.authorization]?.split(separator: " ", maxSplits: 1), parts.count == 2,
            parts[0].lowercased() == "feedback"
        else { return nil }
        return String(parts[1])
    }

    /// A page that shows no token in a header may send it in the body.
    private static func mayHoldToken(_ bytes: ByteBuffer) -> Bool {
        bytes.readableBytesView.firstRange(of: Array("token".utf8)) != nil
    }

    private static func requireJSON(_ headers: HTTPFields) throws(FeedbackError) {
        let type = headers[.contentType]?.split(separator: ";").first?.lowercased() ?? ""
        guard type.trimmingCharacters(in: .whitespaces) == "application/json" else { throw .jsonRequired }
    }

    private static func isLines(_ headers: HTTPFields) -> Bool {
        let type = headers[.contentType]?.split(separator: ";").first?.lowercased() ?? ""
        return ["application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"]
            .contains(type.trimmingCharacters(in: .whitespaces))
    }

    private static func response(_ posted: FeedbackService.Posted) -> Response {
        var headers: HTTPFields = [.contentType: "application/json; charset=utf-8"]
        if posted.isReplay { headers[IdempotencyHeader.replay] = "true" }
        return Response(
            status: .init(code: posted.answer.status), headers: headers,
            body: .init(byteBuffer: ByteBuffer(bytes: posted.answer.body)))
    }
}
