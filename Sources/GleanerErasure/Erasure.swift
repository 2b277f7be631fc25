public import Foundation
public import GleanerCore

/// One row of `erasures`: what was asked to be forgotten, and how far that is.
public struct Erasure: Sendable, Hashable {
    /// The raw value is what SQL and JSON say.
    public enum State: String, Sendable, Hashable, Codable {
        /// Counted, not confirmed.
        case proposed
        case running
        /// Everything in PostgreSQL is done; running instances have not confirmed their journals.
        case waiting
        case done
    }

    public let id: ID<Erasure>
    public let project: ID<Project>
    public let kind: ErasureSubject.Kind
    /// `nil` once all is done.
    public let subject: ErasureSubject?
    public let subjectHash: [UInt8]
    /// Whether new exchanges of the subject are not kept either.
    public let forbid: Bool
    public let reason: String
    public let state: State
    /// Rows that would go, by table, as counted when it was proposed.
    public let preview: [String: Int64]
    /// Rows that went.
    public let counts: [String: Int64]
    public let notes: ErasureNotes
    public let requestedBy: String
    public let requestedAt: Date
    public let confirmedBy: String?
    /// What was received until then is erased. `nil` while proposed.
    public let erasedBefore: Date?
    public let finishedAt: Date?
}

/// What a receipt says besides counts.
public struct ErasureNotes: Sendable, Hashable, Codable {
    /// Files at providers, by what became of each.
    public var providerFiles: [ProviderFileErasure] = []
    /// Other exchanges of the conversations, whose requests repeat what was said.
    public var laterTurns: Int64 = 0

    public init() {}

    enum CodingKeys: String, CodingKey {
        case providerFiles = "provider_files"
        case laterTurns = "later_turns"
    }
}

/// A training file at a provider.
public struct ProviderFileErasure: Sendable, Hashable, Codable {
    public let provider: String
    public let file: String
    /// `nil` when it is gone there; else why it is not.
    public let failure: String?

    public init(provider: String, file: String, failure: String?) {
        self.provider = provider
        self.file = file
        self.failure = failure
    }
}
