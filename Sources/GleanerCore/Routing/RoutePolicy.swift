/// What is tried when a provider fails, as long as nothing has reached the client.
///
/// Source of the defaults: the policy of OpenAI's SDKs, with one retry for two and 2 s for 120 s of `Retry-After`,
/// because the client's SDK retries on top.
public struct RoutePolicy: Sendable, Hashable {
    /// Of one variant, after its first try; 0 to 10.
    public var retries: Int = 1
    /// HTTP statuses that are worth another try. `x-should-retry` of the provider overrides.
    public var retryOn: Set<Int> = Self.standardStatuses
    /// Whether a connection that could not be made, or broke before a head came, is worth another try.
    public var retriesConnectionErrors = true
    /// Variants by name, asked in this order when the chosen one fails.
    public var fallbacks: [String] = []
    /// Each `nil`: as configured for the provider.
    public var connectTimeout: Duration?
    public var firstByteTimeout: Duration?
    public var idleTimeout: Duration?
    /// For the whole exchange, all tries together.
    public var totalTimeout: Duration?
    /// A provider that asks for a longer wait is not tried again; the next variant is.
    public var maximumRetryAfter: Duration = .seconds(2)
    /// Pause before the n-th retry: this times 2ⁿ⁻¹, at most `maximumBackoff`, less up to a quarter at random.
    public var backoff: Duration = .milliseconds(500)
    public var maximumBackoff: Duration = .seconds(8)

    public static let standardStatuses: Set<Int> = [408, 409, 429, 500, 502, 503, 504]

    public init() {}
}

extension RoutePolicy: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case retries, fallbacks
        case retryOn = "retry_on"
        case retriesConnectionErrors = "retry_connection_errors"
        case connectTimeout = "connect_timeout_ms"
        case firstByteTimeout = "first_byte_timeout_ms"
        case idleTimeout = "idle_timeout_ms"
        case totalTimeout = "total_timeout_ms"
        case maximumRetryAfter = "maximum_retry_after_ms"
        case backoff = "backoff_ms"
        case maximumBackoff = "maximum_backoff_ms"
    }

    public init(from decoder: any Decoder) throws {
        try decoder.refuseMembers(besides: CodingKeys.self, of: "policy")
        let members = try decoder.container(keyedBy: CodingKeys.self)
        func duration(_ key: CodingKeys) throws -> Duration? {
            try members.decodeIfPresent(Int.self, forKey: key).map { .milliseconds($0) }
        }
        retries = try members.decodeIfPresent(Int.self, forKey: .retries) ?? retries
        retryOn = try members.decodeIfPresent(Set<Int>.self, forKey: .retryOn) ?? retryOn
        retriesConnectionErrors =
            try members.decodeIfPresent(Bool.self, forKey: .retriesConnectionErrors) ?? retriesConnectionErrors
        fallbacks = try members.decodeIfPresent([String].self, forKey: .fallbacks) ?? fallbacks
        connectTimeout = try duration(.connectTimeout)
        firstByteTimeout = try duration(.firstByteTimeout)
        idleTimeout = try duration(.idleTimeout)
        totalTimeout = try duration(.totalTimeout)
        maximumRetryAfter = try duration(.maximumRetryAfter) ?? maximumRetryAfter
        backoff = try duration(.backoff) ?? backoff
        maximumBackoff = try duration(.maximumBackoff) ?? maximumBackoff
    }

    public func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(retries, forKey: .retries)
        try members.encode(retryOn.sorted(), forKey: .retryOn)
        try members.encode(retriesConnectionErrors, forKey: .retriesConnectionErrors)
        try members.encode(fallbacks, forKey: .fallbacks)
        try members.encodeIfPresent(connectTimeout?.milliseconds, forKey: .connectTimeout)
        try members.encodeIfPresent(firstByteTimeout?.milliseconds, forKey: .firstByteTimeout)
        try members.encodeIfPresent(idleTimeout?.milliseconds, forKey: .idleTimeout)
        try members.encodeIfPresent(totalTimeout?.milliseconds, forKey: .totalTimeout)
        try members.encode(maximumRetryAfter.milliseconds, forKey: .maximumRetryAfter)
        try members.encode(backoff.milliseconds, forKey: .backoff)
        try members.encode(maximumBackoff.milliseconds, forKey: .maximumBackoff)
    }
}

extension Duration {
    /// Whole milliseconds, rounded down.
    var milliseconds: Int { Int(components.seconds) * 1000 + Int(components.attoseconds / 1_000_000_000_000_000) }
}
