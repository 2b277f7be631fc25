public import Foundation
public import GleanerCore

/// A frozen state of a dataset.
public struct DatasetVersion: Sendable, Hashable, Codable {
    public let id: UUID
    public let dataset: String
    public let number: Int
    public let kind: DatasetKind
    public let policyName: String
    public let policyVersion: Int
    public let policy: JSONValue
    public let salt: String
    public let statistics: Statistics
    /// Over train.jsonl followed by validation.jsonl.
    public let contentSHA256: String
    public let builtBy: String?
    public let approvals: Approvals
    /// Since when it may no longer be used, and why.
    public let withdrawn: Withdrawal?
    public let createdAt: Date

    /// Who let it out.
    public struct Approvals: Sendable, Hashable, Codable {
        public let needed: Int
        public let by: [String]
        public var isMet: Bool { by.count >= needed }
    }

    public struct Withdrawal: Sendable, Hashable, Codable {
        public let at: Date
        public let reason: String
        /// How many lines an erasure took out.
        public let erasedExamples: Int

        enum CodingKeys: String, CodingKey {
            case at, reason
            case erasedExamples = "erased_examples"
        }
    }

    enum CodingKeys: String, CodingKey {
        case id, dataset, kind, policy, salt, statistics, approvals, withdrawn
        case number = "version"
        case policyName = "policy_name"
        case policyVersion = "policy_version"
        case contentSHA256 = "content_sha256"
        case builtBy = "built_by"
        case createdAt = "created_at"
    }
}
