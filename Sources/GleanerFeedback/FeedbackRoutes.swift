import Foundation
import GleanerCore
public import GleanerHTTP
public import Hummingbird

/// `POST /api/feedback` and `GET /api/exchanges/{id}/feedback`.
public struct FeedbackRoutes: Sendable {
    struct Accepted: Encodable, ResponseEncodable {
        struct Item: Encodable {
            let id: ID<Feedback>
            let kind: String
        }
        let feedback: [Item]
        let exchange_id: ID<Exchange>?
        /// `stored`, or `waiting` for an exchange with that completion id.
        let state: String

        private enum Key: CodingKey { case feedback, exchange_id, state }

        /// `exchange_id` is there also when it is null.
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(feedback, forKey: .feedback)
            try container.encode(exchange_id, forKey: .exchange_id)
            try container.encode(state, forKey: .state)
        }
    }
    struct Listed: Encodable, ResponseEncodable {
        struct Item: Encodable {
            let id: ID<Feedback>
            let kind: String
            var thumb: String?
            var score: Int16?
            var body: String?
            var raised: Bool?
            let rater: String?
            let source: String
            let created_at: Date
        }
        let feedback: [Item]
    }

    private let service: FeedbackService

    public init(service: FeedbackService) { self.service = service }

    /// - Parameter router: answers under `/api`.
    public func add(to router: some RouterMethods<GleanerContext>) {
        router.post("feedback", use: give)
        router.get("exchanges/:id/feedback", use: list)
    }

    /// → 202. The exchange may still be on its way.
    func give(_ request: Request, context: GleanerContext) async throws -> EditedResponse<Accepted> {
        let caller = try context.caller(with: .feedback)
        let body = try await request.decode(as: FeedbackBody.self, context: context)
        let receipt = try await service.give(body.judgements, on: body.subject, rater: body.rater, by: caller)
        return EditedResponse(
            status: .accepted,
            response: Accepted(
                feedback: receipt.ids.map { .init(id: $0.id, kind: $0.kind) }, exchange_id: receipt.exchange,
                state: receipt.exchange == nil ? "waiting" : "stored"))
    }

    func list(_ request: Request, context: GleanerContext) async throws -> Listed {
        let caller = try context.caller(with: .read)
        guard let id = ID<Exchange>(try context.parameters.require("id")) else {
            throw BodyError(field: "id", problem: "is not an exchange id")
        }
        return Listed(feedback: try await service.feedback(on: id, of: caller.project).map(Listed.Item.init))
    }
}

extension FeedbackRoutes.Listed.Item {
    init(_ stored: StoredFeedback) {
        self.init(
            id: stored.id, kind: stored.judgement.kind, rater: stored.rater, source: stored.source,
            created_at: stored.at)
        switch stored.judgement {
        case .thumb(let up): thumb = up ? "up" : "down"
        case .score(let value): score = value.value
        case .comment(let text), .correction(let text): body = text
        case .flag(let isRaised, let reason):
            raised = isRaised
            body = reason
        }
    }
}
