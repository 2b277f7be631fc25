public import Foundation
public import GleanerCore
import GleanerJobs
public import GleanerMail
public import GleanerReport

/// A report's letter as a mail.
public struct MailedReport: ReportPost {
    private let sender: any MailSender

    public init(sender: any MailSender) { self.sender = sender }

    public func send(_ letter: ReportLetter, to recipient: String, id: UUID) async throws {
        do {
            try await mail(letter, to: recipient, id: id)
        } catch let error as UndeliveredReport where error.reason.isPermanent {
            throw JobFailure.permanent(reason: "\(error.explanation.code): \(error.explanation.what)")
        }
    }

    /// - Throws: `UndeliveredReport`.
    public func mail(_ letter: ReportLetter, to recipient: String, id: UUID = UUID()) async throws {
        do {
            try await sender.send(
                MailMessage(to: [recipient], subject: letter.subject, text: letter.text, html: letter.html, id: id))
        } catch let error as MailError {
            throw UndeliveredReport(recipient: recipient, reason: error)
        }
    }
}

/// Who did not get a report, and why.
public struct UndeliveredReport: Explained, Hashable {
    let recipient: String
    let reason: MailError

    public var explanation: Explanation {
        let told = reason.explanation
        return Explanation(
            status: told.status, code: told.code, what: "The report for \(recipient) was not delivered. \(told.what)",
            why: told.why, fix: told.fix)
    }
}
