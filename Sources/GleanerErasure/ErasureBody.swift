public import Foundation
public import GleanerCore

/// An erasure as JSON has it. The subject is shown while it is being erased, and its hash for ever.
public struct ErasureBody: Sendable, Codable, Hashable {
    public let id: ID<Erasure>
    public let kind: ErasureSubject.Kind
    public let subject: String?
    /// In hexadecimal.
    public let subjectHash: String
    public let forbid: Bool
    public let reason: String
    public let state: Erasure.State
    public let preview: [String: Int64]
    public let counts: [String: Int64]
    public let requestedBy: String
    public let requestedAt: Date
    public let confirmedBy: String?
    public let erasedBefore: Date?
    public let finishedAt: Date?

    public init(_ erasure: Erasure) {
        id = erasure.id
        kind = erasure.kind
        subject = erasure.subject?.text
        subjectHash = erasure.subjectHash.hexadecimal
        forbid = erasure.forbid
        reason = erasure.reason
        state = erasure.state
        preview = erasure.preview
        counts = erasure.counts
        requestedBy = erasure.requestedBy
        requestedAt = erasure.requestedAt
        confirmedBy = erasure.confirmedBy
        erasedBefore = erasure.erasedBefore
        finishedAt = erasure.finishedAt
    }

    enum CodingKeys: String, CodingKey {
        case id, kind, subject, forbid, reason, state, preview, counts
        case subjectHash = "subject_hash"
        case requestedBy = "requested_by"
        case requestedAt = "requested_at"
        case confirmedBy = "confirmed_by"
        case erasedBefore = "erased_before"
        case finishedAt = "finished_at"
    }
}
