/// Where telemetry goes, and how much of it.
public struct TelemetryConfiguration: Sendable {
    /// Whole URLs, such as `http://127.0.0.1:4318/v1/traces`; what has none does not leave.
    public var endpoints: [TelemetrySignal: String]
    /// Sent with every request; a key of the collector's may be among them.
    public var headers: [(name: String, value: String)]
    /// For one request.
    public var timeout: Duration
    /// Between two readings of all metrics.
    public var metricInterval: Duration
    /// Between two sendings of spans.
    public var spanDelay: Duration
    /// Between two looks for feedback, reviews and figures, which leave once they are this old.
    public var evaluationInterval: Duration
    public var sampler: TraceSampler
    /// What names this process at the collector: `service.name` and the like.
    public var resource: [(name: String, value: String)]
    /// PEM file; `nil` for the system's.
    public var caFile: String?
    /// Calls that wait to be sent; those after them are dropped, and counted.
    public var queueLimit: Int
    /// Calls of one request.
    public var batchLimit: Int
    /// Whether requests are gzipped.
    public var compresses: Bool
    /// Bytes of an attribute with messages; `nil`: what was said stays here.
    public var textLimit: Int?

    public init(
        endpoints: [TelemetrySignal: String], headers: [(name: String, value: String)] = [],
        timeout: Duration = .seconds(10), metricInterval: Duration = .seconds(60), spanDelay: Duration = .seconds(1),
        evaluationInterval: Duration = .seconds(10), sampler: TraceSampler = .parent(otherwise: .always),
        resource: [(name: String, value: String)] = [], caFile: String? = nil, queueLimit: Int = 16_384,
        batchLimit: Int = 512, compresses: Bool = false, textLimit: Int? = nil
    ) {
        self.endpoints = endpoints
        self.headers = headers
        self.timeout = timeout
        self.metricInterval = metricInterval
        self.spanDelay = spanDelay
        self.evaluationInterval = evaluationInterval
        self.sampler = sampler
        self.resource = resource
        self.caFile = caFile
        self.queueLimit = queueLimit
        self.batchLimit = batchLimit
        self.compresses = compresses
        self.textLimit = textLimit
    }
}

/// What OTLP has a path for.
public enum TelemetrySignal: String, Sendable, Hashable, CaseIterable {
    case metrics, traces, logs
}

/// Which traces leave; the names are those of `OTEL_TRACES_SAMPLER`.
public indirect enum TraceSampler: Sendable, Hashable {
    case always, never
    /// The same traces everywhere: decided by the trace's id.
    case share(Double)
    /// As the caller decided; where none did, as the other says.
    case parent(otherwise: TraceSampler)

    public init?(name: String, argument: String?) {
        let share: Double? = argument == nil ? 1 : argument.flatMap { Double($0) }
        switch name {
        case "always_on": self = .always
        case "always_off": self = .never
        case "parentbased_always_on": self = .parent(otherwise: .always)
        case "parentbased_always_off": self = .parent(otherwise: .never)
        case "traceidratio", "parentbased_traceidratio":
            guard let share, (0...1).contains(share) else { return nil }
            self = name == "traceidratio" ? .share(share) : .parent(otherwise: .share(share))
        default: return nil
        }
    }

    /// - Parameters:
    ///   - trace: 16 bytes; the last seven are random, also in an id of version 7.
    ///   - caller: what the caller decided.
    func takes(_ trace: [UInt8], caller: Bool?) -> Bool {
        switch self {
        case .always: true
        case .never: false
        case .share(let share):
            Double(trace.suffix(7).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }) < share * Double(1 << 56)
        case .parent(let otherwise): caller ?? otherwise.takes(trace, caller: nil)
        }
    }
}
