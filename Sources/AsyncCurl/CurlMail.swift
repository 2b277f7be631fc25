public import NIOCore

/// One mail over SMTP, or, without `content`, a visit: greeting, TLS, login and `NOOP`.
///
/// Shape: `content` is the whole message with CRLF line ends; libcurl doubles dots at the beginning of lines.
public struct CurlMail: Sendable {
    public enum Encryption: Sendable, Hashable {
        /// STARTTLS is not asked for; `smtps://` is encrypted all the same.
        case asTheURLSays
        /// Nothing is said before TLS stands, neither login nor address.
        case required
    }
    /// `smtp://host:port` or `smtps://host:port`; a path is the name for `EHLO`.
    public var url: String
    public var encryption: Encryption
    public var login: (user: String, password: String)?
    /// Bare addresses.
    public var sender: String
    public var recipients: [String]
    public var content: ByteBuffer?
    public var connectTimeout: Duration
    /// For everything; also the longest wait for one reply.
    public var total: Duration

    public init(
        url: String, encryption: Encryption = .required, login: (user: String, password: String)? = nil,
        sender: String = "", recipients: [String] = [], content: ByteBuffer? = nil,
        connectTimeout: Duration = .seconds(10), total: Duration = .seconds(30)
    ) {
        self.url = url
        self.encryption = encryption
        self.login = login
        self.sender = sender
        self.recipients = recipients
        self.content = content
        self.connectTimeout = connectTimeout
        self.total = total
    }

    /// What stands in a command may hold nothing that ends it.
    func check() throws(CurlMailError) {
        guard url.hasPrefix("smtp://") || url.hasPrefix("smtps://"), url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { throw .transfer(.invalidURL) }
        for address in [sender] + recipients {
            let isSafe = address.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x3C && $0 != 0x3E }
            guard isSafe else { throw .transfer(.invalidHeader(name: "address")) }
        }
    }
}

/// Why a mail was not taken. A cut or a timeout leaves open whether it was.
public enum CurlMailError: Error, Sendable, Hashable {
    /// 4xx: not now; 5xx: not at all.
    case refused(CurlMailReply)
    case loginRefused(CurlMailReply)
    /// The server offers no STARTTLS, or failed at it.
    case noEncryption
    case transfer(CurlError)
}

/// The line of the server's with which it refused; its words are printable ASCII, 200 characters at most.
public struct CurlMailReply: Sendable, Hashable {
    public let code: Int
    public let words: String

    init(code: Int, words: String) {
        self.code = code
        self.words = words
    }

    init?(line: some Collection<UInt8>) {
        guard let code = Int(String(decoding: line.prefix(3), as: UTF8.self)), (200...599).contains(code) else {
            return nil
        }
        self.code = code
        words = String(
            decoding: line.dropFirst(4).prefix(200).filter { $0 >= 0x20 && $0 < 0x7F }, as: UTF8.self)
    }
}
