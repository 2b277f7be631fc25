public import AsyncCurl

/// Where the gateway sends calls, and the limits it keeps.
public struct GatewayConfiguration: Sendable {
    public let providers: Providers
    /// When not empty, any other model is answered with 404 and never sent.
    public var models: Set<String> = []
    /// Request bodies above this are refused with 413. Default 32 MiB.
    public var maximumRequestBytes = 32 << 20
    /// Answers are cut at this size. Default 32 MiB.
    public var maximumAnswerBytes = 32 << 20
    public var deadlines = CurlDeadlines()

    public init(providers: Providers) { self.providers = providers }

    /// The one for calls that no route takes, with the secret in force now.
    var provider: Provider { providers.default }

    /// `nil` when there is none of that name.
    func provider(named name: String) -> Provider? { providers[name] }
}
