public import GleanerCore

/// Who hands feedback in, and what proves that they may.
public struct Giver: Sendable, Hashable {
    /// As in SQL.
    public enum Proof: String, Sendable, Hashable {
        case key, token, session
    }

    public let project: ID<Project>
    /// `nil` unless `proof` is `key`.
    public let key: ID<APIKey>?
    public let proof: Proof
    /// `api`, `page`, `console`, `cli` or `demo`.
    public let source: String

    public init(project: ID<Project>, key: ID<APIKey>? = nil, proof: Proof, source: String) {
        self.project = project
        self.key = key
        self.proof = proof
        self.source = source
    }

    public init(_ caller: Caller, source: String = "api") {
        self.init(project: caller.project, key: caller.key, proof: .key, source: source)
    }
}
