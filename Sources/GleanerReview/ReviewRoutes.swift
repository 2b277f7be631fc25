import Foundation
import GleanerCore
public import GleanerHTTP
public import Hummingbird

/// `/api/reviews…` and `/api/sampling-rules`.
public struct ReviewRoutes: Sendable {
    struct Item: Encodable, ResponseEncodable {
        struct Slot: Encodable {
            let id: ID<ReviewItem>
            let lease_token: String
            let leased_until: Date
        }
        let slot: Slot
        let exchange_id: ID<Exchange>
        let rubric: String
        let questions: [String]
        /// Whether `messages` and `answer` are the exchange's own.
        let readable: Bool
        let messages: [JSONValue]
        let answer: JSONValue

        init(_ item: ReviewItem) {
            slot = Slot(
                id: ID(item.slot), lease_token: item.leaseToken.uuidString.lowercased(),
                leased_until: item.leasedUntil)
            exchange_id = item.exchange
            rubric = Rubric.name
            questions = Rubric.questions
            readable = item.messages != nil && item.answer != nil
            messages = item.messages ?? [ReviewItem.unreadable]
            answer = item.answer ?? ReviewItem.unreadable
        }
    }
    struct Submitted: Encodable, ResponseEncodable {
        let review: ID<ReviewVerdict>
    }
    struct Rule: Encodable, ResponseEncodable {
        let name: String
        let version: Int
        let probability: Double
        /// How many earlier exchanges were drawn, when that was asked for.
        var backlog: Int?
    }
    struct Rules: Encodable, ResponseEncodable {
        let rules: [Rule]
    }

    private let review: ReviewService
    private let sampling: SamplingService

    public init(review: ReviewService, sampling: SamplingService) {
        self.review = review
        self.sampling = sampling
    }

    /// - Parameter router: answers under `/api`.
    public func add(to router: some RouterMethods<GleanerContext>) {
        router.post("reviews/next", use: next)
        router.post("reviews", use: submit)
        router.post("reviews/skip", use: skip)
        router.get("reviews/progress", use: progress)
        router.get("sampling-rules", use: rules)
        router.post("sampling-rules", use: setRule)
    }

    /// → 200 with an item, or 204 when nothing is open.
    func next(_ request: Request, context: GleanerContext) async throws -> Response {
        let caller = try context.caller(with: .review)
        let body = try await request.decode(as: KnownFields<NextBody>.self, context: context).body
        guard let item = try await review.next(for: body.reviewer, in: caller.project) else {
            return Response(status: .noContent)
        }
        return try Item(item).response(from: request, context: context)
    }

    func submit(_ request: Request, context: GleanerContext) async throws -> Submitted {
        let caller = try context.caller(with: .review)
        let body = try await request.decode(as: KnownFields<SubmitBody>.self, context: context).body
        let verdict = try ReviewVerdict(
            scores: body.scores.mapValues { try Score($0) }, correction: body.correction, comment: body.comment)
        let id = try await review.submit(verdict, slot: body.slot, token: body.leaseToken, in: caller.project)
        return Submitted(review: ID(id))
    }

    func skip(_ request: Request, context: GleanerContext) async throws -> HTTPResponse.Status {
        let caller = try context.caller(with: .review)
        let body = try await request.decode(as: KnownFields<SkipBody>.self, context: context).body
        try await review.skip(slot: body.slot, token: body.leaseToken, in: caller.project, reason: body.reason)
        return .noContent
    }

    func progress(_ request: Request, context: GleanerContext) async throws -> ReviewProgress {
        try await review.progress(in: context.caller(with: .review).project)
    }

    func rules(_ request: Request, context: GleanerContext) async throws -> Rules {
        let rules = try await sampling.rules(of: context.caller(with: .review).project)
        return Rules(rules: rules.map { Rule(name: $0.name, version: $0.version, probability: $0.probability) })
    }

    func setRule(_ request: Request, context: GleanerContext) async throws -> Rule {
        let caller = try context.caller(with: .admin)
        let body = try await request.decode(as: KnownFields<RuleBody>.self, context: context).body
        let rule = try await sampling.setRule(project: caller.project, name: body.name, probability: body.probability)
        let drawn = body.backlog == true ? try await sampling.drawBacklog(rule) : nil
        return Rule(name: rule.name, version: rule.version, probability: rule.probability, backlog: drawn)
    }
}

extension ReviewProgress: ResponseEncodable {}
