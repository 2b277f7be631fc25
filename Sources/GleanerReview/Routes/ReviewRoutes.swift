import Foundation
import GleanerCore
public import GleanerHTTP
public import Hummingbird

/// `/api/reviews…`, and with it everything else people review by.
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
        /// The names of those that must be answered with 1 to 5.
        let questions: [String]
        /// Every question in full.
        let form: [RubricQuestion]
        /// Whether `messages` and `answer` are the exchange's own.
        let readable: Bool
        let messages: [JSONValue]
        let answer: JSONValue
        let draft: JSONValue?

        init(_ item: ReviewItem) {
            slot = Slot(
                id: ID(item.slot), lease_token: item.leaseToken.lowercased,
                leased_until: item.leasedUntil)
            exchange_id = item.exchange
            rubric = item.rubric.reference
            questions = item.rubric.scales.filter(\.required).map(\.name)
            form = item.rubric.questions
            readable = item.messages != nil && item.answer != nil
            messages = item.messages ?? [ReviewItem.unreadable]
            answer = item.answer ?? ReviewItem.unreadable
            draft = item.draft?.document
        }
    }
    struct Submitted: Encodable, ResponseEncodable {
        let review: ID<ReviewVerdict>
    }
    struct Extended: Encodable, ResponseEncodable {
        let leased_until: Date
    }
    struct Progress: Encodable, ResponseEncodable {
        let progress: ReviewProgress
        let pace: ReviewPace?

        func encode(to encoder: any Encoder) throws {
            try progress.encode(to: encoder)
            var fields = encoder.container(keyedBy: Key.self)
            try fields.encodeIfPresent(pace, forKey: .pace)
        }
        private enum Key: String, CodingKey { case pace }
    }

    private let desk: ReviewDesk

    public init(desk: ReviewDesk) { self.desk = desk }

    /// - Parameter router: answers under `/api`.
    public func add(to router: some RouterMethods<GleanerContext>) {
        router.post("reviews/next", use: next)
        router.post("reviews", use: submit)
        router.post("reviews/skip", use: skip)
        router.post("reviews/decline", use: decline)
        router.post("reviews/heartbeat", use: heartbeat)
        router.put("reviews/draft", use: draft)
        router.post("reviews/undo", use: undo)
        router.get("reviews/progress", use: progress)
        LeadRoutes(desk: desk).add(to: router)
        SamplingRoutes(desk: desk).add(to: router)
        ComparisonRoutes(comparisons: desk.comparisons).add(to: router)
    }

    /// → 200 with an item, or 204 when nothing is open.
    func next(_ request: Request, context: GleanerContext) async throws -> Response {
        let caller = try context.caller(with: .review)
        let body = try await request.decode(as: KnownFields<NextBody>.self, context: context).body
        let item = try await desk.queue.next(
            for: Self.reviewer(body.reviewer, caller), in: caller.project, resuming: body.resume ?? false)
        guard let item else { return Response(status: .noContent) }
        return try Item(item).response(from: request, context: context)
    }

    func submit(_ request: Request, context: GleanerContext) async throws -> Submitted {
        let caller = try context.caller(with: .review)
        let body = try await request.decode(as: KnownFields<SubmitBody>.self, context: context).body
        let id = try await desk.queue.submit(body.given, slot: body.slot, token: body.leaseToken, in: caller.project)
        return Submitted(review: ID(id))
    }

    func skip(_ request: Request, context: GleanerContext) async throws -> HTTPResponse.Status {
        let caller = try context.caller(with: .review)
        let body = try await request.decode(as: KnownFields<ReasonBody>.self, context: context).body
        try await desk.queue.skip(
            slot: body.slot, token: body.leaseToken, in: caller.project, reason: body.reason)
        return .noContent
    }

    func decline(_ request: Request, context: GleanerContext) async throws -> HTTPResponse.Status {
        let caller = try context.caller(with: .review)
        let body = try await request.decode(as: KnownFields<ReasonBody>.self, context: context).body
        try await desk.queue.decline(
            slot: body.slot, token: body.leaseToken, in: caller.project, reason: body.reason ?? "")
        return .noContent
    }

    func heartbeat(_ request: Request, context: GleanerContext) async throws -> Extended {
        let caller = try context.caller(with: .review)
        let body = try await request.decode(as: KnownFields<LeaseBody>.self, context: context).body
        return Extended(
            leased_until: try await desk.queue.heartbeat(
                slot: body.slot, token: body.leaseToken, in: caller.project))
    }

    func draft(_ request: Request, context: GleanerContext) async throws -> HTTPResponse.Status {
        let caller = try context.caller(with: .review)
        let body = try await request.decode(as: KnownFields<SubmitBody>.self, context: context).body
        try await desk.queue.keep(body.given, slot: body.slot, token: body.leaseToken, in: caller.project)
        return .noContent
    }

    func undo(_ request: Request, context: GleanerContext) async throws -> Item {
        let caller = try context.caller(with: .review)
        let body = try await request.decode(as: KnownFields<UndoBody>.self, context: context).body
        return Item(try await desk.queue.undo(by: Self.reviewer(body.reviewer, caller), in: caller.project))
    }

    /// `reviewer=` adds that reviewer's pace.
    func progress(_ request: Request, context: GleanerContext) async throws -> Progress {
        let caller = try context.caller(with: .review)
        let project = caller.project
        let asked = try request.uri.queryParameters["reviewer"].map { try Self.reviewer(String($0), caller) }
        let progress =
            caller.may(.admin)
            ? try await desk.queue.progress(in: project, withMeans: true)
            : try await desk.queue.progressForReviewers(in: project)
        return Progress(
            progress: progress, pace: try await asked.asyncMap { try await desk.queue.pace(of: $0, in: project) })
    }

    /// Whose desk a request is about. A key with `review` alone is one reviewer, by its own name: under another one it would
    /// read their drafts, take their verdicts back, and judge an item twice. A backend that reviews for many has `admin`.
    /// - Throws: `ReviewError.reviewerNotYours`.
    static func reviewer(_ name: String?, _ caller: Caller) throws -> String {
        guard let name, name != caller.keyName else { return caller.keyName }
        guard caller.may(.admin) else { throw ReviewError.reviewerNotYours(caller.keyName) }
        return name
    }
}

extension Optional where Wrapped: Sendable {
    func asyncMap<Value>(_ transform: (Wrapped) async throws -> Value) async rethrows -> Value? {
        guard let value = self else { return nil }
        return try await transform(value)
    }
}
