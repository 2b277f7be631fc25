import Foundation
import GleanerCore
public import GleanerHTTP
public import Hummingbird

/// Everything about feedback under `/api`, and the widget.
public struct FeedbackRoutes: Sendable {
    let service: FeedbackService
    let tokens: FeedbackTokens
    let stream: FeedbackStream
    let raters: RaterStore
    private let script = FeedbackScript()

    public init(service: FeedbackService, tokens: FeedbackTokens, stream: FeedbackStream, raters: RaterStore) {
        self.service = service
        self.tokens = tokens
        self.stream = stream
        self.raters = raters
    }

    /// - Parameter router: answers under `/api`.
    public func add(to router: some RouterMethods<GleanerContext>) {
        router.post("feedback", use: give)
        router.post("feedback/bulk", use: giveMany)
        router.get("feedback", use: newest)
        router.get("feedback/summary", use: summary)
        router.get("feedback/raters", use: listRaters)
        router.post("feedback/raters/:rater/clear", use: clearRater)
        router.get("exchanges/:id/feedback", use: list)
    }

    /// - Parameter router: answers at the top, needs no key.
    public func addPage(to router: some RouterMethods<GleanerContext>) {
        router.get("feedback.js", use: script.get)
    }

    /// `GET /api/exchanges/{id}/feedback`.
    func list(_ request: Request, context: GleanerContext) async throws -> FeedbackListed {
        let caller = try context.caller(with: .read)
        guard let id = ID<Exchange>(try context.parameters.require("id")) else {
            throw BodyError(field: "id", problem: "is not an exchange id")
        }
        let query = FeedbackQuery(request)
        let (before, limit) = (try query.id("before"), try query.count("limit", standard: 100, most: 500))
        let page = try await service.feedback(on: id, of: caller.project, before: before, limit: limit + 1)
        return FeedbackListed(
            page, limit: limit,
            current: before == nil ? try await service.currentJudgement(of: id, in: caller.project) : nil)
    }
}
