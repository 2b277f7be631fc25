public import CoreMetrics
public import GleanerCore
import Synchronization

/// Metrics of one service, kept for Prometheus: a factory of swift-metrics that is handed to whoever counts, instead of
/// one for the whole process, so that two services in a process do not add up.
///
/// Only families it was made with are kept; others are handed a handler that does nothing. Of a family there are at most
/// `mostSeries` sets of labels: whoever comes later shares one whose values are `(others)`, so that a name from outside
/// cannot grow what is scraped.
public final class PrometheusRegistry: MetricsFactory, Sendable {
    static let mostSeries = 64
    static let others = "(others)"

    private typealias Labels = [[String]]
    private enum Handler {
        case counter(PrometheusCounter)
        case histogram(PrometheusHistogram)
    }
    private struct Family {
        let family: MetricFamily
        var series: [Labels: Handler] = [:]
    }
    private let families: Mutex<[String: Family]>
    private let order: [MetricFamily]

    public init(_ families: [MetricFamily]) {
        order = families
        self.families = Mutex(
            Dictionary(uniqueKeysWithValues: families.map { ($0.name, Family(family: $0)) }))
    }

    private func handler(_ name: String, _ dimensions: [(String, String)]) -> Handler? {
        families.withLock { families in
            guard var known = families[name] else { return nil }
            var labels = dimensions.map { [$0.0, $0.1] }
            if known.series[labels] == nil, known.series.count >= Self.mostSeries {
                labels = dimensions.map { [$0.0, Self.others] }
            }
            if let found = known.series[labels] { return found }
            let made: Handler =
                switch known.family.kind {
                case .counter: .counter(PrometheusCounter())
                case .histogram(let bounds, let ticks): .histogram(PrometheusHistogram(bounds: bounds, ticks: ticks))
                }
            known.series[labels] = made
            families[name] = known
            return made
        }
    }

    // MARK: The factory; handlers live as long as the registry

    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        if case .counter(let counter) = handler(label, dimensions) { counter } else { NOOPMetricsHandler.instance }
    }
    public func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        if case .histogram(let histogram) = handler(label, dimensions) {
            histogram
        } else {
            NOOPMetricsHandler.instance
        }
    }
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        if case .histogram(let histogram) = handler(label, dimensions) {
            histogram
        } else {
            NOOPMetricsHandler.instance
        }
    }
    /// Gauges are read when they are asked for, from what has them; none is kept here.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        NOOPMetricsHandler.instance
    }
    public func destroyCounter(_ handler: any CounterHandler) {}
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    public func destroyTimer(_ handler: any TimerHandler) {}
    public func destroyMeter(_ handler: any MeterHandler) {}

    // MARK: Reading

    /// All families as they stand.
    public var readings: [MetricReading] {
        let families = families.withLock { $0 }
        return order.map { family in
            let points = (families[family.name]?.series ?? [:]).map { labels, handler in
                MetricReading.Point(labels.map { ($0[0], $0[1]) }, Self.value(family, handler))
            }
            let kind: MetricReading.Kind = family.kind == .counter ? .counter : .histogram
            return MetricReading(name: family.name, kind: kind, help: family.help, points: points)
        }
    }

    private static func value(_ family: MetricFamily, _ handler: Handler) -> MetricReading.Value {
        switch (handler, family.kind) {
        case (.histogram(let histogram), .histogram(let bounds, _)):
            let (counts, sum) = histogram.buckets()
            return .histogram(bounds: bounds, counts: counts, sum: sum)
        case (.counter(let counter), _): return .number(Double(counter.value))
        case (.histogram, .counter): return .number(0)
        }
    }

    // MARK: Printing

    /// All families in Prometheus' text format, those nothing was recorded in too.
    public var text: String {
        let families = families.withLock { $0 }
        var text = ""
        for family in order {
            text += "# HELP \(family.name) \(family.help)\n# TYPE \(family.name) \(family.type)\n"
            let series = families[family.name]?.series ?? [:]
            for (labels, handler) in series.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) { $0[1] < $1[1] } }) {
                Self.write(family, labels, handler, to: &text)
            }
        }
        return text
    }

    private static func write(_ family: MetricFamily, _ labels: Labels, _ handler: Handler, to text: inout String) {
        let pairs = labels.map { "\($0[0])=\"\(escaped($0[1]))\"" }
        func line(_ suffix: String, _ extra: [String], _ value: String) {
            let all = (pairs + extra).joined(separator: ",")
            text += "\(family.name)\(suffix)\(all.isEmpty ? "" : "{\(all)}") \(value)\n"
        }
        switch (handler, family.kind) {
        case (.counter(let counter), _): line("", [], "\(counter.value)")
        case (.histogram(let histogram), .histogram(let bounds, _)):
            let (counts, sum) = histogram.buckets()
            var total: Int64 = 0
            for (bound, count) in zip(bounds.map { "\($0)" } + ["+Inf"], counts) {
                total += count
                line("_bucket", ["le=\"\(bound)\""], "\(total)")
            }
            line("_sum", [], "\(sum)")
            line("_count", [], "\(total)")
        case (.histogram, .counter): break
        }
    }

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
