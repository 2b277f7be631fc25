import Foundation
import GleanerCore
import GleanerHTTP
import GleanerJobs
public import Hummingbird

/// JSON of `/api/moderation`, and of `gleaner moderation --json`.
public enum ModerationBodies {
    public struct Decision: Encodable, Sendable {
        let id: ID<StoredDecision>
        let exchange_id: ID<Exchange>
        let target: ModerationTarget
        /// Of a comment.
        let feedback_id: String?
        let action: ModerationAction
        let categories: [String]
        let reason: String
        let policy_version: Int64
        let actor: String?
        let created_at: Date

        public init(_ stored: StoredDecision) {
            id = stored.id
            exchange_id = stored.subject.exchange
            target = stored.subject.target
            feedback_id = target == .comment ? stored.subject.subject.lowercased : nil
            action = stored.verdict.action
            categories = stored.verdict.categories
            reason = stored.verdict.reason
            policy_version = stored.policyVersion
            actor = stored.actor
            created_at = stored.at
        }
    }

    public struct Result: Encodable, Sendable {
        let target: ModerationTarget
        let feedback_id: String?
        let classifier: String
        let model: String?
        let status: Classification.Status
        let flagged: Bool?
        let scores: [String: Double]
        let flags: [String]
        let missing: [String]
        let spans: [Span]
        let failure: Classification.Failure?
        let latency_ms: Double
        let created_at: Date

        init(_ stored: StoredResult) {
            target = stored.subject.target
            feedback_id = target == .comment ? stored.subject.subject.lowercased : nil
            classifier = stored.classifier
            model = stored.result.model
            status = stored.result.status
            flagged = stored.result.flagged
            scores = stored.result.scores
            flags = stored.result.flags
            missing = stored.result.missing
            spans = stored.result.spans.map(Span.init)
            failure = stored.result.failure
            latency_ms = stored.result.latency.milliseconds
            created_at = stored.at
        }
    }

    /// Where something lies in a text, in bytes of its UTF-8.
    public struct Span: Encodable, Sendable {
        let kind: PIIKind
        let start: Int
        let end: Int
        let certainty: Double

        public init(_ span: PIISpan) {
            kind = span.kind
            start = span.range.lowerBound
            end = span.range.upperBound
            certainty = span.certainty.rawValue
        }
    }

    struct Page: Encodable, ResponseEncodable {
        let decisions: [Decision]
        /// Pass as `before` for the next page; `null` on the last one.
        let next: ID<StoredDecision>?
    }

    struct History: Encodable, ResponseEncodable {
        /// The decision in force of each target.
        let current: [Decision]
        let decisions: [Decision]
        let results: [Result]

        init(_ history: ModerationService.History) {
            current = history.current.map(Decision.init)
            decisions = history.decisions.map(Decision.init)
            results = history.results.map(Result.init)
        }
    }

    public struct Status: Encodable, Sendable {
        struct Failure: Encodable {
            let classifier: String
            let failure: String
            let count: Int
        }
        let days: Int
        let policy_version: Int64
        let decisions: [String: Int]
        let failures: [Failure]
        /// There are more than were counted.
        let truncated: Bool

        public init(_ standing: ModerationStanding, days: Int, policy: Int64) {
            self.days = days
            policy_version = policy
            truncated = standing.isCut
            decisions = Dictionary(
                uniqueKeysWithValues: standing.decisions.map { ($0.key.rawValue, $0.value) })
            failures = standing.failures.map {
                Failure(classifier: $0.classifier, failure: $0.failure, count: $0.count)
            }
        }

        /// What a terminal shows.
        public var text: String {
            let counts = ModerationAction.allCases.dropFirst().map { "\($0.rawValue) \(decisions[$0.rawValue] ?? 0)" }
            let reach = "last \(days) days\(truncated ? ", of the newest" : "")"
            let lines = ["policy version \(policy_version), \(reach): " + counts.joined(separator: ", ")]
            return (lines + failures.map { "  \($0.classifier): \($0.failure) \($0.count)" }).joined(separator: "\n")
        }
    }

    public struct Policy: Encodable, Sendable {
        /// `nil` for an example.
        let version: Int64?
        let author: String?
        let note: String?
        let created_at: Date?
        let policy: JSONValue

        public init(_ stored: PolicyVersion) {
            version = stored.version
            author = stored.author
            note = stored.note
            created_at = stored.version == 0 ? nil : stored.at
            policy = stored.policy.document
        }

        private init(example: ModerationPolicy) {
            version = nil
            author = nil
            note = nil
            created_at = nil
            policy = example.document
        }

        static func example(_ policy: ModerationPolicy) -> Self { Self(example: policy) }
    }

    struct Versions: Encodable, ResponseEncodable {
        let versions: [Policy]
    }

    public struct Checked: Encodable, Sendable {
        struct Said: Encodable {
            let status: Classification.Status
            let model: String?
            let scores: [String: Double]
            let missing: [String]
            let spans: [Span]
            let failure: Classification.Failure?
            let latency_ms: Double
        }
        let action: ModerationAction
        let categories: [String]
        let reason: String
        /// By classifier.
        let results: [String: Said]

        public init(_ verdict: ModerationPolicy.Verdict, _ results: [String: Classification]) {
            action = verdict.action
            categories = verdict.categories
            reason = verdict.reason
            self.results = results.mapValues {
                Said(
                    status: $0.status, model: $0.model, scores: $0.scores, missing: $0.missing,
                    spans: $0.spans.map(Span.init), failure: $0.failure, latency_ms: $0.latency.milliseconds)
            }
        }
    }

    struct Redeciding: Encodable, ResponseEncodable {
        let job: ID<Job>
    }
}

extension ModerationBodies.Decision: ResponseEncodable {}
extension ModerationBodies.Status: ResponseEncodable {}
extension ModerationBodies.Policy: ResponseEncodable {}
extension ModerationBodies.Checked: ResponseEncodable {}
