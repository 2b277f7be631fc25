public import AsyncCurl
public import GleanerCore

/// Why a mail was not sent.
public enum MailError: Explained, Hashable {
    case address(String)
    case noRecipient
    /// A line break or another control character where a header would hold it.
    case subject
    case tooLarge(bytes: Int, limit: Int)
    case notConfigured
    /// 5xx.
    case refused(CurlMailReply)
    /// 4xx.
    case deferred(CurlMailReply)
    case login(CurlMailReply)
    case noEncryption(server: String)
    case tls(server: String, words: String)
    case unreachable(server: String, words: String)
    /// After it was reached. Whether the mail was taken is not known.
    case cut(server: String)
    case tooSlow(server: String)
    case cancelled

    /// The same message would end the same way: to be changed or configured, not repeated.
    public var isPermanent: Bool {
        switch self {
        case .deferred, .unreachable, .cut, .tooSlow, .cancelled: false
        case .login(let reply): reply.code >= 500
        case .address, .noRecipient, .subject, .tooLarge, .notConfigured, .refused, .noEncryption, .tls: true
        }
    }

    public var explanation: Explanation {
        switch self {
        case .address(let text):
            Explanation(
                status: 400, code: "mail_address_invalid", what: "`\(text.shownInErrors)` is no mail address.",
                why: "One looks like ann@example.com or Ann <ann@example.com>, in ASCII, without a line break.",
                fix: "Correct it; write a domain in another script in its xn-- form.")
        case .noRecipient:
            Explanation(
                status: 400, code: "mail_without_recipient", what: "The mail has no recipient.",
                why: "`to` is empty.", fix: "Name at least one address.")
        case .subject:
            Explanation(
                status: 400, code: "mail_subject_invalid", what: "The mail's subject cannot be sent.",
                why: "It holds a line break or another control character, which could begin another header.",
                fix: "Write it on one line.")
        case .tooLarge(let bytes, let limit):
            Explanation(
                status: 413, code: "mail_too_large", what: "The mail has \(bytes) bytes.",
                why: "More than \(limit) are not sent; many servers refuse them.",
                fix: "Send less, or a link to the whole.")
        case .notConfigured:
            Explanation(
                status: 503, code: "mail_not_configured", what: "This Gleaner sends no mail.",
                why: "GLEANER_SMTP_URL is not set.",
                fix: "Set GLEANER_SMTP_URL and GLEANER_SMTP_FROM, and try `gleaner mail test ADDRESS`.")
        case .refused(let reply):
            Explanation(
                status: 502, code: "mail_refused", what: "The mail server refused: \(reply.code) \(reply.words)",
                why: "A reply of 5xx is for good.",
                fix: "Look at the address, and at whether the server lets GLEANER_SMTP_FROM send.")
        case .deferred(let reply):
            Explanation(
                status: 503, code: "mail_deferred",
                what: "The mail server does not take it now: \(reply.code) \(reply.words)",
                why: "A reply of 4xx is for the moment: greylisting, a full mailbox, too many mails.",
                fix: "Try again later.")
        default: ofConnection
        }
    }

    private var ofConnection: Explanation {
        switch self {
        case .login(let reply):
            Explanation(
                status: 502, code: "mail_login_refused",
                what: "The mail server refused the login: \(reply.code) \(reply.words)",
                why: "User or password is wrong, or this way of logging in is switched off.",
                fix: "Correct GLEANER_SMTP_USER and GLEANER_SMTP_PASSWORD; some providers want an app password.")
        case .noEncryption(let server):
            Explanation(
                status: 502, code: "mail_without_encryption", what: "\(server) offers no STARTTLS.",
                why: "Mail and password would travel in the open, so nothing was said.",
                fix: "Use smtps:// or a port with STARTTLS; on a network you trust, GLEANER_SMTP_STARTTLS=off.")
        case .tls(let server, let words):
            Explanation(
                status: 502, code: "mail_tls_failed", what: "TLS with \(server) failed: \(words)",
                why: "Its certificate is not trusted, is another's or out of date, or it speaks no TLS here.",
                fix: "Name the host as its certificate does; GLEANER_SMTP_CA_FILE trusts an authority of your own.")
        case .unreachable(let server, let words):
            Explanation(
                status: 503, code: "mail_server_unreachable", what: "\(server) is not reached: \(words)",
                why: "The name is unknown, nobody listens there, or a firewall is between.",
                fix: "Look at GLEANER_SMTP_URL: usual ports are 587 (smtp) and 465 (smtps).")
        case .cut(let server):
            Explanation(
                status: 503, code: "mail_cut", what: "\(server) hung up before it had taken the mail.",
                why: "Whether it sends it is not known.", fix: "Try again; the mail keeps its Message-ID.")
        case .tooSlow(let server):
            Explanation(
                status: 503, code: "mail_timeout", what: "\(server) took longer than GLEANER_SMTP_TIMEOUT.",
                why: "Whether it sends the mail is not known.",
                fix: "Try again; the mail keeps its Message-ID. Raise GLEANER_SMTP_TIMEOUT if it is always slow.")
        default:
            Explanation(
                status: 503, code: "mail_cancelled", what: "The mail was not sent.",
                why: "This process is ending.", fix: "Try again.")
        }
    }
}

extension String {
    fileprivate var shownInErrors: String {
        String(String.UnicodeScalarView(unicodeScalars.filter(\.maybeShown).prefix(80)))
    }
}
