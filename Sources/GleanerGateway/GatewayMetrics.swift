public import CoreMetrics
import GleanerCore
import Synchronization

/// How long calls take and how they end, for metrics. What is recorded on a call's way are a few atomic additions.
///
/// Labels are names from the configuration and the routes; the factory sees to it that they stay few.
public final class GatewayMetrics: Sendable {
    private struct Names: Hashable {
        let route: String
        let variant: String
        let provider: String
    }
    private struct Series: Sendable {
        let duration: Timer
        let firstToken: Timer
    }
    private let factory: any MetricsFactory
    private let overhead: Timer
    private let outcomes: [ExchangeStatus: Counter]
    private let series = Mutex<[Names: Series]>([:])

    public init(factory: any MetricsFactory) {
        self.factory = factory
        overhead = Timer(label: "gleaner_gateway_overhead_seconds", dimensions: [], factory: factory)
        outcomes = Dictionary(
            uniqueKeysWithValues: ExchangeStatus.allCases.map {
                let dimensions = [("status", $0.rawValue)]
                return ($0, Counter(label: "gleaner_exchanges_ended_total", dimensions: dimensions, factory: factory))
            })
    }

    func ended(_ status: ExchangeStatus) { outcomes[status]?.increment() }

    /// An answer is over.
    /// - Parameter choice: of the routes; the variant is the one that answered.
    func answered(_ outcome: ExchangeOutcome, _ choice: RouteChoice?) {
        ended(outcome.status)
        guard let last = outcome.attempts.last, let duration = outcome.duration else { return }
        let names = Names(route: choice?.route ?? "", variant: last.variant ?? "", provider: last.provider)
        let series = series.withLock { known in
            if let found = known[names] { return found }
            let dimensions = [("route", names.route), ("variant", names.variant), ("provider", names.provider)]
            let made = Series(
                duration: Timer(label: "gleaner_exchange_duration_seconds", dimensions: dimensions, factory: factory),
                firstToken: Timer(label: "gleaner_exchange_ttft_seconds", dimensions: dimensions, factory: factory))
            // Names are few unless somebody makes many; what is kept of them here is bounded as the factory's is.
            if known.count < 256 { known[names] = made }
            return made
        }
        series.duration.recordNanoseconds(duration.nanoseconds)
        if let first = outcome.timeToFirstToken { series.firstToken.recordNanoseconds(first.nanoseconds) }
    }

    /// What Gleaner itself took of a call: until the request left, and until the end was durable.
    func took(_ overhead: Duration) { self.overhead.recordNanoseconds(overhead.nanoseconds) }
}

extension Duration {
    fileprivate var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
