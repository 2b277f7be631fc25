/// A server that answers, and the secret it wants.
public struct Provider: Sendable {
    /// How a provider wants its key. The raw value is what the configuration says.
    public enum Dialect: String, Sendable, Hashable, CaseIterable {
        /// `Authorization: Bearer`.
        case openAI = "openai"
        /// `x-api-key`, with `anthropic-version`.
        case anthropic
        /// `api-key`.
        case azure
    }

    /// What is sent when the client says no `anthropic-version`; the only stable one so far.
    /// Source: "Versions" of Anthropic's API reference.
    static let anthropicVersion = "2023-06-01"

    public let name: String
    /// Up to and with `/v1`, without a slash at the end.
    public let baseURL: String
    public let dialect: Dialect
    public let key: ProviderKey?

    public init(name: String, baseURL: String, dialect: Dialect = .openAI, key: ProviderKey?) {
        self.name = name
        self.baseURL = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        self.dialect = dialect
        self.key = key
    }

    func url(for endpoint: Endpoint) -> String {
        baseURL + endpoint.path.dropFirst("/v1".count) + (endpoint.query.map { "?\($0)" } ?? "")
    }

    /// The headers that speak for us to this provider.
    /// - Parameter namesVersion: whether the client's own `anthropic-version` is passed on.
    func credentials(namesVersion: Bool = false) -> [(name: String, value: String)] {
        let key = key.map(\.secret)
        switch dialect {
        case .openAI: return key.map { [("Authorization", "Bearer \($0)")] } ?? []
        case .azure: return key.map { [("api-key", $0)] } ?? []
        case .anthropic:
            let version = namesVersion ? [] : [("anthropic-version", Self.anthropicVersion)]
            return version + (key.map { [("x-api-key", $0)] } ?? [])
        }
    }
}

/// A provider's secret. Prints as `***`, wherever it may end up being printed.
public struct ProviderKey: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    let secret: String

    public init(_ secret: String) { self.secret = secret }

    /// - Returns: `nil` for what cannot stand in a header: nothing, control characters, spaces, or more than 16 KiB.
    public init?(checking secret: String) {
        guard (1...(16 << 10)).contains(secret.utf8.count), secret.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            return nil
        }
        self.secret = secret
    }

    public var description: String { "***" }
    public var debugDescription: String { "***" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
