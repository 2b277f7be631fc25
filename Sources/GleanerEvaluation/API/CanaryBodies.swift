import Foundation
import GleanerCore
import GleanerHTTP
public import Hummingbird

/// What `/api/canaries` takes and gives; `gleaner canary --json` prints the same.
public enum CanaryBodies {
    public struct Start: Decodable, Sendable {
        public let request: CanaryService.Request

        enum CodingKeys: String, CodingKey, CaseIterable {
            case route, candidate, incumbent, plan, evaluation
            case skipGate = "skip_gate"
        }

        public init(from decoder: any Decoder) throws {
            if let unknown = try decoder.unknownMember(besides: Set(CodingKeys.allCases.map(\.stringValue))) {
                throw BodyError(field: unknown, problem: "is not known here")
            }
            let members = try decoder.container(keyedBy: CodingKeys.self)
            var request = CanaryService.Request(
                route: try members.decode(String.self, forKey: .route),
                candidate: try members.decode(String.self, forKey: .candidate),
                incumbent: try members.decode(String.self, forKey: .incumbent))
            request.plan = try members.decodeIfPresent(CanaryPlan.self, forKey: .plan) ?? request.plan
            request.evaluation = try members.decodeIfPresent(ID<Evaluation>.self, forKey: .evaluation)
            request.skipsGate = try members.decodeIfPresent(Bool.self, forKey: .skipGate) ?? false
            self.request = request
        }
    }

    /// Goes with a person's word.
    struct Note: Decodable, Sendable {
        let note: String
        enum CodingKeys: String, CodingKey, CaseIterable { case note }

        init(from decoder: any Decoder) throws {
            if let unknown = try decoder.unknownMember(besides: ["note"]) {
                throw BodyError(field: unknown, problem: "is not known here")
            }
            note = try decoder.container(keyedBy: CodingKeys.self).decodeIfPresent(String.self, forKey: .note) ?? ""
        }
    }

    public struct One: Encodable, Sendable, ResponseEncodable {
        let canary: Canary
        /// `nil` in a list.
        let decisions: [Decision]?

        public init(_ canary: Canary, decisions: [Decision]? = nil) {
            self.canary = canary
            self.decisions = decisions
        }

        enum CodingKeys: String, CodingKey {
            case id, route, candidate, incumbent, plan, evaluation, state, step, share, reason, author, decisions,
                pinned
            case stepSince = "step_since"
            case lookedAt = "looked_at"
            case createdAt = "created_at"
            case finishedAt = "finished_at"
        }
        private struct Pin: Encodable {
            let by: String
            let at: Date?
            let note: String?
        }

        public func encode(to encoder: any Encoder) throws {
            var members = encoder.container(keyedBy: CodingKeys.self)
            try members.encode(canary.id, forKey: .id)
            try members.encode(canary.route, forKey: .route)
            try members.encode(canary.candidate, forKey: .candidate)
            try members.encode(canary.incumbent, forKey: .incumbent)
            try members.encode(canary.plan, forKey: .plan)
            try members.encode(canary.evaluation, forKey: .evaluation)
            try members.encode(canary.state, forKey: .state)
            try members.encode(canary.step, forKey: .step)
            try members.encode(canary.share, forKey: .share)
            try members.encode(canary.reason, forKey: .reason)
            try members.encode(canary.author, forKey: .author)
            try members.encode(
                canary.pinnedBy.map { Pin(by: $0, at: canary.pinnedAt, note: canary.pinNote) }, forKey: .pinned)
            try members.encode(canary.stepSince, forKey: .stepSince)
            try members.encode(canary.lookedAt, forKey: .lookedAt)
            try members.encode(canary.createdAt, forKey: .createdAt)
            try members.encode(canary.finishedAt, forKey: .finishedAt)
            if let decisions { try members.encode(decisions.map(OneDecision.init), forKey: .decisions) }
        }
    }

    public struct Page: Encodable, Sendable, ResponseEncodable {
        let canaries: [One]
        let next: ID<Canary>?

        public init(_ canaries: [Canary], limit: Int) {
            self.canaries = canaries.map { One($0) }
            next = canaries.count == limit ? canaries.last?.id : nil
        }
    }

    public struct OneDecision: Encodable, Sendable {
        let decision: Decision

        public init(_ decision: Decision) { self.decision = decision }

        enum CodingKeys: String, CodingKey {
            case id, canary, evaluation, kind, step, actor, why, evidence, weights, state
            case routesVersion = "routes_version"
            case createdAt = "created_at"
            case settledAt = "settled_at"
        }

        public func encode(to encoder: any Encoder) throws {
            var members = encoder.container(keyedBy: CodingKeys.self)
            try members.encode(decision.id, forKey: .id)
            try members.encode(decision.canary, forKey: .canary)
            try members.encode(decision.evaluation, forKey: .evaluation)
            try members.encode(decision.kind, forKey: .kind)
            try members.encode(decision.step, forKey: .step)
            try members.encode(decision.actor, forKey: .actor)
            try members.encode(decision.why, forKey: .why)
            try members.encode(decision.evidence, forKey: .evidence)
            try members.encode(decision.weights, forKey: .weights)
            try members.encode(decision.routesVersion, forKey: .routesVersion)
            try members.encode(decision.state, forKey: .state)
            try members.encode(decision.createdAt, forKey: .createdAt)
            try members.encode(decision.settledAt, forKey: .settledAt)
        }
    }

    public struct Decisions: Encodable, Sendable, ResponseEncodable {
        let decisions: [OneDecision]
        let next: ID<Decision>?

        public init(_ decisions: [Decision], limit: Int) {
            self.decisions = decisions.map(OneDecision.init)
            next = decisions.count == limit ? decisions.last?.id : nil
        }
    }

    public struct Points: Encodable, Sendable, ResponseEncodable {
        let points: [CanaryPoint]
        public init(_ points: [CanaryPoint]) { self.points = points }
    }
}
