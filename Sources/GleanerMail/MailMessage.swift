public import Foundation

/// A mail as somebody wants it sent: plain text, and the same as HTML where that helps.
///
/// Shape: `to` holds addresses, bare or as `Name <address>`; all of them see each other. Line ends are any.
/// A message that is sent again keeps its `id`, so that a mailbox can see that it is the same.
public struct MailMessage: Sendable, Hashable, Identifiable {
    public let id: UUID
    public var to: [String]
    public var subject: String
    public var text: String
    public var html: String?

    public init(to: [String], subject: String, text: String, html: String? = nil, id: UUID = UUID()) {
        self.id = id
        self.to = to
        self.subject = subject
        self.text = text
        self.html = html
    }
}

/// Takes mails to where they are wanted.
public protocol MailSender: Sendable {
    /// Returns once a server has taken the message over, for all of its recipients.
    /// - Throws: `MailError`; `isPermanent` tells whether the same message may be tried again later.
    func send(_ message: MailMessage) async throws
}
