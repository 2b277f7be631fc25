/// One try at a provider under an exchange. An exchange has one, more after retries and fallbacks, none when refused.
///
/// Shape: a row of `attempts`. Times count from the exchange's arrival.
public struct Attempt: Sendable, Hashable, Codable {
    /// From 1.
    public var number: Int
    /// As configured.
    public var provider: String
    /// `nil` when no route chose one.
    public var variant: String?
    /// The model that was asked for, as it was sent.
    public var model: String?
    public var startedAfter: Duration
    public var duration: Duration
    /// `nil` when no head came.
    public var httpStatus: Int?
    /// An error code in our words; `nil` when an answer was passed on whole.
    public var reason: String?

    public init(
        number: Int, provider: String, variant: String? = nil, model: String? = nil, startedAfter: Duration,
        duration: Duration, httpStatus: Int? = nil, reason: String? = nil
    ) {
        self.number = number
        self.provider = provider
        self.variant = variant
        self.model = model
        self.startedAfter = startedAfter
        self.duration = duration
        self.httpStatus = httpStatus
        self.reason = reason
    }
}

/// What a route decided for a call, and by which version of the routes.
public struct RouteChoice: Sendable, Hashable, Codable {
    public let route: String
    public let variant: String
    /// Rises with every edit of the routes.
    public let version: Int64

    public init(route: String, variant: String, version: Int64) {
        self.route = route
        self.variant = variant
        self.version = version
    }
}

/// How an exchange came to be kept. The raw value is what SQL and JSON say.
public enum ExchangeSource: String, Sendable, Hashable, CaseIterable, Codable {
    /// It went through Gleaner.
    case gateway
    /// A copy of another exchange's request to a candidate, whose answer no client saw.
    case shadow
    /// The backend called its provider itself and posted the exchange afterwards.
    case api
    /// `gleaner import` read it from another tool's log.
    case imported = "import"
}
