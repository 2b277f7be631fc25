public import Foundation
public import GleanerCore

/// A frozen state of a dataset.
public struct DatasetVersion: Sendable, Hashable, Codable {
    public let id: UUID
    public let dataset: String
    public let number: Int
    public let policyName: String
    public let policyVersion: Int
    public let policy: JSONValue
    public let salt: String
    public let statistics: Statistics
    /// Over train.jsonl followed by validation.jsonl.
    public let contentSHA256: String
    public let createdAt: Date

    enum CodingKeys: String, CodingKey {
        case id, dataset, policy, salt, statistics
        case number = "version"
        case policyName = "policy_name"
        case policyVersion = "policy_version"
        case contentSHA256 = "content_sha256"
        case createdAt = "created_at"
    }

    public struct Statistics: Sendable, Hashable, Codable {
        /// Exchanges of the project when the version was built.
        public var exchanges = 0
        /// Those that somebody had reviewed, rated or corrected.
        public var judged = 0
        public var train = 0
        public var validation = 0
        /// Judged ones that were left out, by the first gate that stopped them.
        public var excluded: [String: Int] = [:]
        public var estimatedTokens = 0

        public var promoted: Int { train + validation }
        public var unjudged: Int { exchanges - judged }

        public init() {}

        enum CodingKeys: String, CodingKey {
            case exchanges, judged, train, validation, excluded
            case estimatedTokens = "estimated_tokens"
        }
    }
}
