public import GleanerCore
import Synchronization

/// Calls to models as OpenTelemetry's conventions for generative AI count them, whose histograms know operation, provider
/// and model. Ours of `/metrics` are by route and variant.
public final class CallMetrics: Sendable {
    private struct Key: Hashable {
        let operation: String
        let provider: String
        let model: String
        /// `error.type` of a duration, `gen_ai.token.type` of tokens.
        let kind: String?
    }
    private struct Histogram {
        var counts: [Int64]
        var sum = 0.0

        mutating func add(_ value: Double, _ bounds: [Double]) {
            counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
            sum += value
        }
    }
    private struct State {
        var durations: [Key: Histogram] = [:]
        var tokens: [Key: Histogram] = [:]
        /// Names that clients sent, of which there is no end.
        var models: Set<String> = []

        mutating func name(_ model: String) -> String {
            if models.contains(model) { return model }
            guard models.count < CallMetrics.mostModels else { return "(others)" }
            models.insert(model)
            return model
        }
    }
    /// Models that are told apart; those that come later are one.
    static let mostModels = 100
    /// As the conventions advise: seconds, tokens.
    private static let seconds = (0..<14).map { 0.01 * Double(1 << $0) }
    private static let sizes = (0..<14).map { Double(1 << (2 * $0)) }

    private let state = Mutex(State())

    init() {}

    /// Calls of the gateway's own; what was logged afterwards was somebody else's call.
    public func add(_ calls: [StoredCall]) {
        for call in calls where [.gateway, .shadow].contains(call.intent.source) {
            let last = call.outcome.attempts.last
            guard let provider = last?.provider ?? call.intent.provider else { continue }
            let asked = last?.model ?? call.intent.requestedModel ?? ""
            let operation = ExchangeSpans(call).operation
            let failure = call.outcome.status == .completed ? nil : call.outcome.reason ?? call.outcome.status.rawValue
            state.withLock { state in
                let model = state.name(asked)
                func key(_ kind: String?) -> Key {
                    Key(operation: operation, provider: provider, model: model, kind: kind)
                }
                func empty(_ bounds: [Double]) -> Histogram {
                    Histogram(counts: [Int64](repeating: 0, count: bounds.count + 1))
                }
                if let duration = call.outcome.duration {
                    state.durations[key(failure), default: empty(Self.seconds)]
                        .add(duration / .seconds(1), Self.seconds)
                }
                for (kind, count) in [("input", call.tokens.input), ("output", call.tokens.output)] {
                    guard let count else { continue }
                    state.tokens[key(kind), default: empty(Self.sizes)].add(Double(count), Self.sizes)
                }
            }
        }
    }

    var readings: [MetricReading] {
        state.withLock { state in
            [
                Self.reading(
                    "gen_ai.client.operation.duration", "Calls to providers.", state.durations, Self.seconds,
                    kind: "error.type"),
                Self.reading(
                    "gen_ai.client.token.usage", "Tokens of calls, as providers counted them.", state.tokens,
                    Self.sizes,
                    kind: "gen_ai.token.type"),
            ]
        }
    }

    private static func reading(
        _ name: String, _ help: String, _ histograms: [Key: Histogram], _ bounds: [Double], kind: String
    ) -> MetricReading {
        let points = histograms.map { key, histogram in
            var labels = [("gen_ai.operation.name", key.operation), ("gen_ai.provider.name", key.provider)]
            if !key.model.isEmpty { labels.append(("gen_ai.request.model", key.model)) }
            if let value = key.kind { labels.append((kind, value)) }
            return MetricReading.Point(
                labels, .histogram(bounds: bounds, counts: histogram.counts, sum: histogram.sum))
        }
        return MetricReading(name: name, kind: .histogram, help: help, points: points)
    }
}
