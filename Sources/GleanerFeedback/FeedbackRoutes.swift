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
        /// What it comes to: of each rater and kind, the newest.
        struct Current: Encodable {
            let ups: Int
            let downs: Int
            let scores: [Int16]
            let corrections: [String]
            let flagged: Bool
        }
        /// All that was ever said, newest first.
        let feedback: [Item]
        let current: Current
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
                feedback: receipt.feedback.map { .init(id: $0.id, kind: $0.kind) }, exchange_id: receipt.exchange,
                state: receipt.exchange == nil ? "waiting" : "stored"))
    }

    func list(_ request: Request, context: GleanerContext) async throws -> Listed {
        let caller = try context.caller(with: .read)
        guard let id = ID<Exchange>(try context.parameters.require("id")) else {
            throw BodyError(field: "id", problem: "is not an exchange id")
        }
        return Listed(try await service.feedback(on: id, of: caller.project))
    }
}

extension FeedbackRoutes.Listed {
    init(_ stored: [StoredFeedback]) {
        let current = CurrentJudgement(newestFirst: stored.map { (judgement: $0.judgement, rater: $0.rater) })
        self.init(
            feedback: stored.map(Item.init),
            current: Current(
                ups: current.ups, downs: current.downs, scores: current.scores.map(\.value),
                corrections: current.corrections, flagged: current.hasOpenFlag))
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
