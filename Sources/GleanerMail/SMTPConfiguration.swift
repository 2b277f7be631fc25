/// How mail leaves.
public struct SMTPConfiguration: Sendable {
    /// `smtp://host:port` or `smtps://host:port`.
    public var url: String
    public var user: String?
    public var password: SMTPPassword?
    public var from: MailAddress
    /// With `smtp://`: nothing is said before STARTTLS has encrypted the connection.
    public var requiresEncryption: Bool
    /// PEM file; `nil` for the system's.
    public var caFile: String?
    /// For one mail.
    public var timeout: Duration

    public init(
        url: String, user: String? = nil, password: SMTPPassword? = nil, from: MailAddress,
        requiresEncryption: Bool = true,
        caFile: String? = nil, timeout: Duration = .seconds(30)
    ) {
        self.url = url
        self.user = user
        self.password = password
        self.from = from
        self.requiresEncryption = requiresEncryption
        self.caFile = caFile
        self.timeout = timeout
    }
}

/// Prints as `***`, wherever it may end up being printed.
public struct SMTPPassword: Sendable, CustomStringConvertible, CustomReflectable {
    let secret: String

    public init(_ secret: String) { self.secret = secret }

    public var description: String { "***" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
