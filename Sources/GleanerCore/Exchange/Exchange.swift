public import Foundation

/// One call to a model. A marker for `ID<Exchange>`; its parts are `ExchangeIntent` (what was asked, known before
/// anything is sent) and `ExchangeOutcome` (how it ended).
public enum Exchange {}

/// How an exchange ended. The raw value is what SQL, JSON and metrics say.
public enum ExchangeStatus: String, Sendable, Hashable, CaseIterable, Codable {
    /// The provider's whole answer was passed on, whatever its HTTP status.
    case completed
    /// No answer, or a cut one.
    case upstreamFailed = "upstream_failed"
    /// The client left first.
    case clientGone = "client_gone"
    /// Gleaner stopped in the middle.
    case interrupted
    /// Never sent to a provider.
    case refused
}

/// What is known of a call before a byte goes to the provider: the journal keeps it with the exact request bytes.
public struct ExchangeIntent: Sendable, Hashable {
    public let id: ID<Exchange>
    public let project: ID<Project>
    /// `nil` when the call came in without a key of its own.
    public let key: ID<APIKey>?
    public let receivedAt: Date
    /// The path as the client called it: `/v1/chat/completions`.
    public let endpoint: String
    /// What the client asked for with `stream`.
    public let streamed: Bool
    /// As the request's `model` says.
    public let requestedModel: String?
    /// At most 256 characters each, without control characters.
    public let conversation: String?
    public let endUser: String?
    public let tags: [String]
    /// Name of the configured provider that is asked first.
    public let provider: String?
    /// SHA-256 of the request bytes, as the client sent them; under a key where the bytes themselves are not kept.
    public var requestHash: [UInt8]
    public let source: ExchangeSource
    /// `nil` when no route has the name that the client asked for.
    public let choice: RouteChoice?
    /// The exchange whose request this one repeats, when `source` is `shadow`.
    public let shadowOf: ID<Exchange>?
    /// What was said of the call beside the request; `nil` leaves the request's own `metadata`.
    public let metadata: JSONValue?
    /// Where the call stands in its caller's trace; `nil` when it did not say.
    public let traceParent: TraceParent?

    public init(
        id: ID<Exchange>, project: ID<Project>, key: ID<APIKey>?, receivedAt: Date, endpoint: String, streamed: Bool,
        requestedModel: String?, conversation: String?, endUser: String?, tags: [String], provider: String?,
        requestHash: [UInt8], source: ExchangeSource = .gateway, choice: RouteChoice? = nil,
        shadowOf: ID<Exchange>? = nil, metadata: JSONValue? = nil, traceParent: TraceParent? = nil
    ) {
        self.id = id
        self.project = project
        self.key = key
        self.receivedAt = receivedAt
        self.endpoint = endpoint
        self.streamed = streamed
        self.requestedModel = requestedModel
        self.conversation = conversation
        self.endUser = endUser
        self.tags = tags
        self.provider = provider
        self.requestHash = requestHash
        self.source = source
        self.choice = choice
        self.shadowOf = shadowOf
        self.metadata = metadata
        self.traceParent = traceParent
    }
}

/// How a call ended: the journal keeps it with the response bytes.
public struct ExchangeOutcome: Sendable, Hashable {
    public let status: ExchangeStatus
    /// An error code in our words; `nil` when completed.
    public let reason: String?
    /// The provider's status; for a refused call, ours. `nil` when none was received.
    public let httpStatus: Int?
    /// The provider's headers that Gleaner keeps, names in lower case.
    public let headers: [String: String]
    /// From the first byte towards the provider to the last one back.
    public let duration: Duration?
    /// To the first bytes of a streamed body; `nil` when the answer was not a stream.
    public let timeToFirstToken: Duration?
    /// SHA-256 of all response bytes, checkpoints included; `nil` when none came, or when they can no longer be hashed.
    public var responseHash: [UInt8]?
    /// Every try at a provider, in order. The last one's provider and variant are those that answered.
    public let attempts: [Attempt]

    public init(
        status: ExchangeStatus, reason: String?, httpStatus: Int?, headers: [String: String] = [:],
        duration: Duration? = nil, timeToFirstToken: Duration? = nil, responseHash: [UInt8]? = nil,
        attempts: [Attempt] = []
    ) {
        self.status = status
        self.reason = reason
        self.httpStatus = httpStatus
        self.headers = headers
        self.duration = duration
        self.timeToFirstToken = timeToFirstToken
        self.responseHash = responseHash
        self.attempts = attempts
    }
}

/// A whole exchange as the journal hands it to ingest: head, outcome, and the exact bytes of both sides.
///
/// An object, because it is handed from step to step in arrays, and has some thirty parts that would be counted each time.
public final class JournaledExchange: Sendable {
    public let intent: ExchangeIntent
    public let outcome: ExchangeOutcome
    public let request: [UInt8]
    public let response: [UInt8]

    public init(intent: ExchangeIntent, outcome: ExchangeOutcome, request: [UInt8], response: [UInt8]) {
        self.intent = intent
        self.outcome = outcome
        self.request = request
        self.response = response
    }
}
