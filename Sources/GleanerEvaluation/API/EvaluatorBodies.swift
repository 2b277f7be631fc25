public import Foundation
public import GleanerCore
import GleanerHTTP
public import GleanerJobs
public import Hummingbird

/// What `/api/evaluators` takes and gives; `gleaner evaluators --json` prints the same.
public enum EvaluatorBodies {
    public struct Policy: Encodable, Sendable, ResponseEncodable {
        let version: Int64
        let author: String
        let note: String
        let created_at: Date?
        let policy: EvaluatorPolicy

        public init(_ stored: EvaluatorPolicyVersion) {
            version = stored.version
            author = stored.author
            note = stored.note
            created_at = stored.version == 0 ? nil : stored.at
            policy = stored.policy
        }
    }

    public struct Policies: Encodable, Sendable, ResponseEncodable {
        let versions: [Policy]
        public init(_ versions: [EvaluatorPolicyVersion]) { self.versions = versions.map(Policy.init) }
    }

    struct Run: Decodable, Sendable {
        let since: Date?
        let evaluators: [String]

        enum CodingKeys: String, CodingKey, CaseIterable { case since, evaluators }

        init(from decoder: any Decoder) throws {
            if let unknown = try decoder.unknownMember(besides: Set(CodingKeys.allCases.map(\.stringValue))) {
                throw BodyError(field: unknown, problem: "is not known here")
            }
            let members = try decoder.container(keyedBy: CodingKeys.self)
            since = try members.decodeIfPresent(Date.self, forKey: .since)
            evaluators = try members.decodeIfPresent([String].self, forKey: .evaluators) ?? []
        }
    }

    public struct Running: Encodable, Sendable, ResponseEncodable {
        let job: ID<Job>
        public init(job: ID<Job>) { self.job = job }
    }

    public struct Result: Encodable, Sendable {
        let evaluator: String
        let version: String
        let measure: String
        let value: Double?
        let percentile: Double?
        let details: JSONValue?
        let failure: String?
        let probability: Double
        let policy_version: Int64
        let created_at: Date

        init(_ stored: StoredEvaluation) {
            evaluator = stored.evaluator
            version = stored.version
            measure = stored.measure
            value = stored.value
            percentile = stored.percentile
            details = stored.details
            failure = stored.failure
            probability = stored.probability
            policy_version = stored.policyVersion
            created_at = stored.at
        }
    }

    public struct Results: Encodable, Sendable, ResponseEncodable {
        let exchange: ID<Exchange>
        let results: [Result]
        let superseded: [Superseded]
        public init(
            _ exchange: ID<Exchange>, _ results: [StoredEvaluation], superseded: [SupersededEvaluation]
        ) {
            self.exchange = exchange
            self.results = results.map(Result.init)
            self.superseded = superseded.map(Superseded.init)
        }
    }

    /// A figure from before the exchange had another correction.
    public struct Superseded: Encodable, Sendable {
        let evaluator: String
        let version: String
        let measure: String
        let value: Double
        let created_at: Date
        let superseded_at: Date

        init(_ stored: SupersededEvaluation) {
            evaluator = stored.evaluator
            version = stored.version
            measure = stored.measure
            value = stored.value
            created_at = stored.at
            superseded_at = stored.supersededAt
        }
    }

    public struct Estimates: Encodable, Sendable, ResponseEncodable {
        let from: Date
        let to: Date
        let by: ReportSlice?
        let estimates: [EvaluatorEstimate]
        public init(from: Date, to: Date, by: ReportSlice?, estimates: [EvaluatorEstimate]) {
            self.from = from
            self.to = to
            self.by = by
            self.estimates = estimates
        }
    }

    public struct Summary: Encodable, Sendable, ResponseEncodable {
        let from: Date
        let to: Date
        let measures: [EvaluatorSummary]
        public init(_ measures: [EvaluatorSummary], from: Date, to: Date) {
            self.from = from
            self.to = to
            self.measures = measures
        }
    }
}

extension JudgeReport: ResponseEncodable {}
extension SpellingReport: ResponseEncodable {}
extension CorpusReport: ResponseEncodable {}
extension EvaluatorStatus: ResponseEncodable {}
