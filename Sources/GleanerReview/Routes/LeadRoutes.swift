import Foundation
import GleanerCore
import GleanerHTTP
public import Hummingbird

/// What leads decide: rubrics, how the queue works, hidden checks, disputes, agreement. Reading needs `review`, changing
/// `admin`.
struct LeadRoutes: Sendable {
    struct OneRubric: Encodable, ResponseEncodable {
        let name: String
        let version: Int
        let guidelines: String
        let questions: [RubricQuestion]

        init(_ rubric: Rubric) {
            name = rubric.name
            version = rubric.version
            guidelines = rubric.document.guidelines
            questions = rubric.questions
        }
    }
    struct Rubrics: Encodable, ResponseEncodable { let rubrics: [OneRubric] }
    struct Gold: Encodable, ResponseEncodable { let gold: [GoldItem] }
    struct Dispute: Encodable {
        let exchange_id: ID<Exchange>
        let messages: [JSONValue]?
        let answer: JSONValue?
        let reviews: [DisputedItem.Voice]
        /// No third reviewer has come for a day.
        let stuck: Bool
    }
    struct AllDisputes: Encodable, ResponseEncodable { let disputes: [Dispute] }

    let desk: ReviewDesk

    func add(to router: some RouterMethods<GleanerContext>) {
        router.get("rubrics", use: rubrics)
        router.get("rubrics/:reference", use: rubric)
        router.post("rubrics", use: addRubric)
        router.get("review-settings", use: settings)
        router.put("review-settings", use: setSettings)
        router.get("reviews/gold", use: gold)
        router.put("reviews/gold", use: markGold)
        router.delete("reviews/gold/:exchange", use: unmarkGold)
        router.get("reviews/disputes", use: disputes)
        router.post("reviews/adjudications", use: adjudicate)
        router.get("reviews/agreement", use: agreement)
    }

    func rubrics(_ request: Request, context: GleanerContext) async throws -> Rubrics {
        let project = try context.caller(with: .review).project
        return Rubrics(rubrics: try await desk.rubrics.all(of: project).map(OneRubric.init))
    }

    func rubric(_ request: Request, context: GleanerContext) async throws -> OneRubric {
        let project = try context.caller(with: .review).project
        let reference = try context.parameters.require("reference")
        return OneRubric(
            try await desk.rubrics.rubric(reference.removingPercentEncoding ?? reference, in: project))
    }

    func addRubric(_ request: Request, context: GleanerContext) async throws -> EditedResponse<OneRubric> {
        let caller = try context.caller(with: .admin)
        let body = try await request.decode(as: KnownFields<RubricBody>.self, context: context).body
        let rubric = try await desk.rubrics.add(
            body.document, named: body.name, in: caller.project, by: caller.keyName)
        return EditedResponse(status: .created, response: OneRubric(rubric))
    }

    func settings(_ request: Request, context: GleanerContext) async throws -> ReviewSettings {
        try await desk.rubrics.settings(of: context.caller(with: .review).project)
    }

    /// The whole document; what it leaves out has its default.
    func setSettings(_ request: Request, context: GleanerContext) async throws -> ReviewSettings {
        let caller = try context.caller(with: .admin)
        let settings = try await request.decode(as: ReviewSettings.self, context: context)
        try await desk.rubrics.set(settings, of: caller.project, by: caller.keyName)
        return settings
    }

    func gold(_ request: Request, context: GleanerContext) async throws -> Gold {
        Gold(gold: try await desk.gold.all(of: context.caller(with: .admin).project))
    }

    func markGold(_ request: Request, context: GleanerContext) async throws -> HTTPResponse.Status {
        let caller = try context.caller(with: .admin)
        let body = try await request.decode(as: KnownFields<GoldBody>.self, context: context).body
        try await desk.gold.mark(
            body.exchange, scores: body.scores, note: body.note, by: body.by ?? caller.keyName, in: caller.project)
        return .noContent
    }

    func unmarkGold(_ request: Request, context: GleanerContext) async throws -> HTTPResponse.Status {
        let caller = try context.caller(with: .admin)
        // No id at all is as unknown as one that is not there.
        let exchange = ID<Exchange>(try context.parameters.require("exchange")) ?? .earliest(at: .distantPast)
        try await desk.gold.unmark(exchange, in: caller.project)
        return .noContent
    }

    func disputes(_ request: Request, context: GleanerContext) async throws -> AllDisputes {
        let open = try await desk.disputes.open(in: context.caller(with: .admin).project)
        return AllDisputes(
            disputes: open.map {
                Dispute(
                    exchange_id: $0.exchange, messages: $0.messages, answer: $0.answer, reviews: $0.voices,
                    stuck: $0.isStuck)
            })
    }

    func adjudicate(_ request: Request, context: GleanerContext) async throws -> ReviewRoutes.Submitted {
        let caller = try context.caller(with: .admin)
        let body = try await request.decode(as: KnownFields<AdjudicationBody>.self, context: context).body
        let id = try await desk.disputes.decide(
            body.exchange, body.given, reason: body.reason, by: body.by ?? caller.keyName, in: caller.project)
        return ReviewRoutes.Submitted(review: ID(id))
    }

    /// `from=`, `to=`: RFC 3339; the last 30 days without.
    func agreement(_ request: Request, context: GleanerContext) async throws -> AgreementReport {
        let project = try context.caller(with: .review).project
        return try await desk.agreement.report(of: project, in: TimeRange(request.uri.queryParameters))
    }
}

extension ReviewSettings: ResponseEncodable {}
extension AgreementReport: ResponseEncodable {}
