public import GleanerCore

/// Measures exchanges that have landed. A new measure is a type that conforms, or a command or an HTTP service that the
/// operator configures (`OutsideEvaluator`).
///
/// An evaluator may be asked again for what it has measured already: jobs are done at least once. It is given what one job
/// holds at a time, at most `EvaluateHandler.batch`, and answers for each in the same order.
public protocol Evaluator: Sendable {
    /// What the policy names it by, unless it has a name of its own there.
    var name: String { get }
    /// Changes with everything that can change a figure, the configuration included.
    var version: String { get }
    /// What it can say. One from outside does not know beforehand.
    var measures: [EvaluatorMeasure] { get }
    /// It reads the request's other members: response format, tools.
    var readsRequest: Bool { get }
    /// It compares with a correction, so one that arrives later has it run again.
    var readsCorrection: Bool { get }

    func evaluate(_ exchanges: [EvaluatedExchange]) async -> [EvaluatorOutcome]
}

extension Evaluator {
    public var version: String { "1" }
    public var readsRequest: Bool { false }
    public var readsCorrection: Bool { false }
}

/// A figure that an evaluator has.
public struct EvaluatorMeasure: Sendable, Hashable, Codable {
    public enum Kind: String, Sendable, Hashable, Codable {
        /// A number with a range of its own.
        case score
        /// 0 or 1; a mean is a share.
        case flag
        /// How many.
        case count
    }
    public let name: String
    public let kind: Kind
    /// `share`, `points`, `ms`, `usd`, …
    public let unit: String

    public init(_ name: String, _ kind: Kind, unit: String) {
        self.name = name
        self.kind = kind
        self.unit = unit
    }
}

/// What came of evaluating one exchange.
public enum EvaluatorOutcome: Sendable, Hashable {
    case measured([MeasuredValue])
    /// There is nothing to be measured: no answer, no correction, no schema.
    case notApplicable
    /// - Parameter isTransient: another try may help.
    case failed(reason: String, isTransient: Bool)
}

public struct MeasuredValue: Sendable, Hashable {
    public let measure: String
    /// Finite.
    public let value: Double
    /// No text of the exchange.
    public let details: JSONValue?
    /// Of the prompt, where the figure was made from it. A sample of them is kept, apart from the figure.
    public let embedding: [Float]?

    public init(_ measure: String, _ value: Double, details: JSONValue? = nil, embedding: [Float]? = nil) {
        self.measure = measure
        self.value = value
        self.details = details
        self.embedding = embedding
    }

    /// `nil` for a figure that is not defined.
    init?(_ measure: String, _ value: Double?, details: JSONValue? = nil, embedding: [Float]? = nil) {
        guard let value, value.isFinite else { return nil }
        self.init(measure, value, details: details, embedding: embedding)
    }

    init(_ measure: String, _ flag: Bool, details: JSONValue? = nil) {
        self.init(measure, flag ? 1 : 0, details: details)
    }
}
