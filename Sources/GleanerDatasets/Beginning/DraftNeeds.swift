public import Foundation
public import GleanerCore

/// The model that writes drafts.
public protocol Teacher: Sendable {
    /// Sends one chat completion.
    /// - Parameter key: the same for a repetition of the same call; sent as `Idempotency-Key`.
    /// - Throws: `BeginningError.teacherSilent`.
    func complete(_ body: [UInt8], key: String) async throws -> TeacherReply
}

public struct TeacherReply: Sendable {
    public let status: Int
    public let body: [UInt8]
    public let duration: Duration
    public let retryAfter: Duration?

    public init(status: Int, body: [UInt8], duration: Duration, retryAfter: Duration? = nil) {
        self.status = status
        self.body = body
        self.duration = duration
        self.retryAfter = retryAfter
    }
}

/// An answer of a teacher, ready to become an exchange like any that is logged afterwards.
public struct DraftedExchange: Sendable {
    public let id: ID<Exchange>
    public let project: ID<Project>
    public let receivedAt: Date
    public let provider: String
    public let teacher: String
    public let request: [UInt8]
    public let response: [UInt8]
    /// `synthetic` among them: gates know by it that nobody wrote this.
    public let tags: [String]
    public let metadata: JSONValue
}

/// Keeps drafts where every exchange is kept.
public protocol DraftLog: Sendable {
    /// Stores it, once however often it is said.
    func log(_ exchange: DraftedExchange) async throws
}
