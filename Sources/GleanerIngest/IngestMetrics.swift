public import CoreMetrics
import GleanerCore

/// What exchanges came to, as they are stored: tokens and cost are read from the answers only then.
public struct IngestMetrics: Sendable {
    private struct Names: Hashable {
        let route: String
        let variant: String
        let provider: String

        init(_ exchange: ProjectedExchange) {
            let (intent, last) = (exchange.exchange.intent, exchange.exchange.outcome.attempts.last)
            route = intent.choice?.route ?? ""
            variant = last?.variant ?? ""
            provider = last?.provider ?? intent.provider ?? ""
        }
        var dimensions: [(String, String)] { [("route", route), ("variant", variant), ("provider", provider)] }
    }
    private let factory: any MetricsFactory

    public init(factory: any MetricsFactory) { self.factory = factory }

    /// Counts what has landed; a batch that is repeated after a crash is counted by another process.
    func landed(_ exchanges: [ProjectedExchange]) {
        // A batch has few names, and each recorder is looked up once.
        for (names, exchanges) in Dictionary(grouping: exchanges, by: Names.init) {
            record(
                "gleaner_exchange_input_tokens", names,
                exchanges.compactMap { $0.projection.promptTokens.map(Double.init) })
            record(
                "gleaner_exchange_output_tokens", names,
                exchanges.compactMap { $0.projection.completionTokens.map(Double.init) })
            record("gleaner_exchange_cost_usd", names, exchanges.compactMap(\.projection.costUSD))
        }
    }

    private func record(_ label: String, _ names: Names, _ values: [Double]) {
        guard !values.isEmpty else { return }
        let recorder = factory.makeRecorder(label: label, dimensions: names.dimensions, aggregate: true)
        for value in values { recorder.record(value) }
    }
}
