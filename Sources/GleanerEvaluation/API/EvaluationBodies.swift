import Foundation
import GleanerCore
import GleanerHTTP
public import Hummingbird

/// What `/api/evaluations` takes and gives; `gleaner evaluate --json` prints the same.
public enum EvaluationBodies {
    public struct Start: Decodable, Sendable {
        public let request: EvaluationService.Request
        /// Without it only the estimate is given.
        public let isConfirmed: Bool

        enum CodingKeys: String, CodingKey, CaseIterable {
            case dataset, version, candidate, incumbent, policy, key, confirm
            case limitUSD = "limit_usd"
        }

        public init(from decoder: any Decoder) throws {
            if let unknown = try decoder.unknownMember(besides: Set(CodingKeys.allCases.map(\.stringValue))) {
                throw BodyError(field: unknown, problem: "is not known here")
            }
            let members = try decoder.container(keyedBy: CodingKeys.self)
            var request = EvaluationService.Request(
                dataset: try members.decode(String.self, forKey: .dataset),
                version: try members.decodeIfPresent(Int.self, forKey: .version),
                candidate: try members.decode(ModelChoice.self, forKey: .candidate),
                incumbent: try members.decode(ModelChoice.self, forKey: .incumbent))
            request.policy = try members.decodeIfPresent(GatePolicy.self, forKey: .policy) ?? request.policy
            request.key = try members.decodeIfPresent(String.self, forKey: .key)
            request.limitUSD = try members.decodeIfPresent(Double.self, forKey: .limitUSD)
            guard !request.dataset.utf8.contains(0) else { throw BodyError(field: "dataset", problem: "holds U+0000") }
            if let key = request.key, !(1...200).contains(key.utf8.count) || key.utf8.contains(0) {
                throw BodyError(field: "key", problem: "is not 1 to 200 bytes without U+0000")
            }
            self.request = request
            isConfirmed = try members.decodeIfPresent(Bool.self, forKey: .confirm) ?? false
        }
    }

    public struct Estimated: Encodable, Sendable, ResponseEncodable {
        public let estimate: GateEstimate
        public let confirmed = false
        public init(_ estimate: GateEstimate) { self.estimate = estimate }
    }

    public struct One: Encodable, Sendable, ResponseEncodable {
        let evaluation: Evaluation
        /// Rules and means go with one evaluation, not with a list.
        let isWhole: Bool

        public init(_ evaluation: Evaluation, isWhole: Bool = true) {
            self.evaluation = evaluation
            self.isWhole = isWhole
        }

        enum CodingKeys: String, CodingKey {
            case id, dataset, version, candidate, incumbent, state, holdout, items, answered, estimate, verdict, summary
            case policy, report, failure, author, key
            case peopleEndedBy = "people_ended_by"
            case createdAt = "created_at"
            case finishedAt = "finished_at"
            case costUSD = "cost_usd"
        }

        public func encode(to encoder: any Encoder) throws {
            var members = encoder.container(keyedBy: CodingKeys.self)
            try members.encode(evaluation.id, forKey: .id)
            try members.encode(evaluation.dataset, forKey: .dataset)
            try members.encode(evaluation.versionNumber, forKey: .version)
            try members.encode(evaluation.candidate, forKey: .candidate)
            try members.encode(evaluation.incumbent, forKey: .incumbent)
            try members.encode(evaluation.state, forKey: .state)
            try members.encode(evaluation.holdout, forKey: .holdout)
            try members.encode(evaluation.items, forKey: .items)
            try members.encode(evaluation.answered, forKey: .answered)
            try members.encode(evaluation.estimate, forKey: .estimate)
            try members.encode(evaluation.report?.verdict, forKey: .verdict)
            try members.encode(evaluation.report?.summary, forKey: .summary)
            try members.encode(evaluation.report?.costUSD, forKey: .costUSD)
            try members.encode(evaluation.failure, forKey: .failure)
            try members.encode(evaluation.peopleEndedBy, forKey: .peopleEndedBy)
            try members.encode(evaluation.author, forKey: .author)
            try members.encode(evaluation.key, forKey: .key)
            try members.encode(evaluation.createdAt, forKey: .createdAt)
            try members.encode(evaluation.finishedAt, forKey: .finishedAt)
            guard isWhole else { return }
            try members.encode(evaluation.policy, forKey: .policy)
            try members.encode(evaluation.report, forKey: .report)
        }
    }

    public struct Page: Encodable, Sendable, ResponseEncodable {
        let evaluations: [One]
        /// Pass as `before` for the next page; `null` on the last one.
        let next: ID<Evaluation>?

        public init(_ evaluations: [Evaluation], limit: Int) {
            self.evaluations = evaluations.map { One($0, isWhole: false) }
            next = evaluations.count == limit ? evaluations.last?.id : nil
        }
    }
}
