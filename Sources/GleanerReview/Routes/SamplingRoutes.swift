import Foundation
import GleanerCore
import GleanerHTTP
import GleanerJobs
public import Hummingbird

/// `/api/sampling-rules`, `/api/samples/pick` and `/api/estimates`.
struct SamplingRoutes: Sendable {
    struct Rule: Encodable, ResponseEncodable {
        let rule: SamplingRule
        /// The job that draws from earlier exchanges, when that was asked for.
        var backlog: ID<Job>?

        func encode(to encoder: any Encoder) throws {
            try rule.document.encode(to: encoder)
            var fields = encoder.container(keyedBy: Key.self)
            try fields.encode(rule.name, forKey: .name)
            try fields.encode(rule.version, forKey: .version)
            try fields.encodeIfPresent(backlog, forKey: .backlog)
        }
        private enum Key: String, CodingKey {
            case name, version
            case backlog = "backlog_job"
        }
    }
    struct Rules: Encodable, ResponseEncodable { let rules: [Rule] }
    struct Picked: Encodable, ResponseEncodable { let picked: Int }

    let desk: ReviewDesk

    func add(to router: some RouterMethods<GleanerContext>) {
        router.get("sampling-rules", use: rules)
        router.post("sampling-rules", use: setRule)
        router.delete("sampling-rules/:name", use: retireRule)
        router.post("samples/pick", use: pick)
        router.get("estimates", use: estimates)
    }

    func rules(_ request: Request, context: GleanerContext) async throws -> Rules {
        let rules = try await desk.sampling.rules(of: context.caller(with: .review).project)
        return Rules(rules: rules.map { Rule(rule: $0) })
    }

    func setRule(_ request: Request, context: GleanerContext) async throws -> Rule {
        let caller = try context.caller(with: .admin)
        let body = try await request.decode(as: KnownFields<RuleBody>.self, context: context).body
        let rule = try await desk.sampling.setRule(project: caller.project, name: body.name, body.document)
        let job = body.backlog == true ? try await desk.sampling.enqueueBacklog(rule) : nil
        return Rule(rule: rule, backlog: job)
    }

    func retireRule(_ request: Request, context: GleanerContext) async throws -> HTTPResponse.Status {
        let caller = try context.caller(with: .admin)
        let name = try context.parameters.require("name")
        try await desk.sampling.retireRule(project: caller.project, name: name.removingPercentEncoding ?? name)
        return .noContent
    }

    /// All or none: the first unknown one is named.
    func pick(_ request: Request, context: GleanerContext) async throws -> Picked {
        let caller = try context.caller(with: .review)
        let body = try await request.decode(as: KnownFields<PickBody>.self, context: context).body
        try await desk.sampling.pick(
            body.exchanges, by: ReviewRoutes.reviewer(body.by, caller), reason: body.reason, in: caller.project)
        return Picked(picked: Set(body.exchanges).count)
    }

    func estimates(_ request: Request, context: GleanerContext) async throws -> EstimateReport {
        let project = try context.caller(with: .read).project
        return try await desk.estimates.report(of: project, EstimateQuery(request.uri.queryParameters))
    }
}

extension EstimateReport: ResponseEncodable {}
