import Foundation

/// A message as it goes over the wire: RFC 5322 and MIME, all ASCII, CRLF.
struct WrittenMail {
    let recipients: [MailAddress]
    let text: String

    /// - Throws: for an address that is none, and for a subject that would begin another header.
    init(_ message: MailMessage, from sender: MailAddress, at date: Date) throws(MailError) {
        guard !message.to.isEmpty else { throw .noRecipient }
        guard message.subject.unicodeScalars.allSatisfy(\.maybeShown) else { throw .subject }
        var recipients: [MailAddress] = []
        for text in message.to { recipients.append(try MailAddress(text)) }
        self.recipients = recipients
        text =
            "Date: \(Self.date(date))\r\n" + "From: \(Self.shown(sender, after: 6))\r\n"
            + "To: \(recipients.map { Self.shown($0, after: 4) }.joined(separator: ",\r\n "))\r\n"
            + EncodedText.header("Subject", message.subject)
            + "Message-ID: <\(message.id.uuidString.lowercased())@\(sender.domain)>\r\n"
            // No answers from people on leave.
            + "Auto-Submitted: auto-generated\r\n" + "MIME-Version: 1.0\r\n" + Self.body(message)
    }

    private static func body(_ message: MailMessage) -> String {
        guard let html = message.html else { return MIMEBody.part("text/plain", message.text) }
        // Neither encoding can make `=_`.
        let boundary = "=_\(message.id.uuidString.lowercased())"
        let parts = [MIMEBody.part("text/plain", message.text), MIMEBody.part("text/html", html)]
        return "Content-Type: multipart/alternative;\r\n boundary=\"\(boundary)\"\r\n\r\n"
            + parts.map { "--\(boundary)\r\n\($0)" }.joined() + "--\(boundary)--\r\n"
    }

    private static func shown(_ address: MailAddress, after column: Int) -> String {
        guard let name = address.name else { return address.address }
        let isPlain = name.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F } && name.utf8.count < 60 && !name.contains("=?")
        let quoted = name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return isPlain
            ? "\"\(quoted)\" <\(address.address)>"
            : "\(EncodedText.words(name, after: column))\r\n <\(address.address)>"
    }

    static func date(_ date: Date) -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(secondsFromGMT: 0)!
        let parts = calendar.dateComponents([.weekday, .day, .month, .year, .hour, .minute, .second], from: date)
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let clock = [parts.hour!, parts.minute!, parts.second!].map { String("0\($0)".suffix(2)) }
        return "\(days[parts.weekday! - 1]), \(parts.day!) \(months[parts.month! - 1]) \(parts.year!) "
            + clock.joined(separator: ":") + " +0000"
    }
}
