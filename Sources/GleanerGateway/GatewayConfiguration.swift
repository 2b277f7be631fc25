public import AsyncCurl

/// Where the gateway sends calls, and the limits it keeps.
public struct GatewayConfiguration: Sendable {
    public var provider: Provider
    /// When not empty, any other model is answered with 404 and never sent.
    public var models: Set<String> = []
    /// Request bodies above this are refused with 413. Default 32 MiB.
    public var maximumRequestBytes = 32 << 20
    /// Answers are cut at this size. Default 32 MiB.
    public var maximumAnswerBytes = 32 << 20
    public var deadlines = CurlDeadlines()

    public init(provider: Provider) { self.provider = provider }

    /// `nil` when there is none of that name.
    func provider(named name: String) -> Provider? { name == provider.name ? provider : nil }
}

/// The server that answers, and the secret it wants.
public struct Provider: Sendable {
    public let name: String
    /// Up to and with `/v1`, without a slash at the end.
    public let baseURL: String
    public let key: ProviderKey?

    public init(name: String, baseURL: String, key: ProviderKey?) {
        self.name = name
        self.baseURL = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        self.key = key
    }

    func url(for endpoint: Endpoint) -> String {
        baseURL + endpoint.path.dropFirst("/v1".count) + (endpoint.query.map { "?\($0)" } ?? "")
    }
}

/// A provider's secret. Prints as `***`, wherever it may end up being printed.
public struct ProviderKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    let secret: String
    public init(_ secret: String) { self.secret = secret }
    public var description: String { "***" }
    public var debugDescription: String { "***" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
