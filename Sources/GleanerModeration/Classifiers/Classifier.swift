/// Judges texts. What it says is kept as it said it; what follows from it is a policy's matter.
public protocol Classifier: Sendable {
    /// As the policy calls it.
    var name: String { get }

    /// One outcome for each text, in their order. Never throws: what went wrong is an outcome, and not a clean one.
    func classify(_ texts: [String], within timeout: Duration) async -> [Classification]
}

/// What a classifier said of one text, or why it said nothing.
public struct Classification: Sendable, Hashable {
    public enum Status: String, Sendable, Hashable, Codable {
        case ok
        /// It answered with an error, or with something nobody can read.
        case error
        case timeout
    }

    public var status: Status
    /// As it named itself in its answer; `nil` when it did not answer.
    public var model: String?
    public var latency: Duration
    /// Its own verdict, by thresholds of its own; `nil` when it gives none.
    public var flagged: Bool?
    /// By category, named as it names them; 0…1, higher is worse.
    public var scores: [String: Double]
    /// Categories that it flagged itself.
    public var flags: [String]
    /// Categories that it lists and did not judge: their score says nothing.
    public var missing: [String]
    /// Where something lies in the text; never what.
    public var spans: [PIISpan]
    /// Why there is no result, in a word of ours.
    public var failure: Failure?

    public init(
        status: Status = .ok, model: String?, latency: Duration, flagged: Bool? = nil, scores: [String: Double] = [:],
        flags: [String] = [], missing: [String] = [], spans: [PIISpan] = [], failure: Failure? = nil
    ) {
        self.status = status
        self.model = model
        self.latency = latency
        self.flagged = flagged
        self.scores = scores
        self.flags = flags
        self.missing = missing
        self.spans = spans
        self.failure = failure
    }

    static func failed(_ failure: Failure, after latency: Duration) -> Classification {
        Classification(
            status: failure == .timedOut ? .timeout : .error, model: nil, latency: latency, failure: failure)
    }
}

extension Classification {
    /// Why a classifier said nothing. The raw value is what SQL, JSON and metrics say.
    public enum Failure: String, Sendable, Hashable, Codable, CaseIterable {
        /// No connection, or one that broke off.
        case unreachable
        case timedOut = "timed_out"
        /// 429: it may answer later.
        case rateLimited = "rate_limited"
        /// 5xx.
        case serverError = "server_error"
        /// 4xx: the request, the key or the model is wrong, and stays so until somebody changes it.
        case refused
        /// 200, and nothing that could be read.
        case unreadable
        /// The policy names a provider that is not configured here.
        case providerUnknown = "provider_unknown"
    }
}

extension Duration {
    var milliseconds: Double { Double(components.seconds) * 1e3 + Double(components.attoseconds) / 1e15 }
}
