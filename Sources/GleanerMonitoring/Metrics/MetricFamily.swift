/// One name of `/metrics`: what it counts, in what, and where its buckets end.
public struct MetricFamily: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        case counter
        /// - Parameters:
        ///   - bounds: where buckets end, in the unit that is printed; at most `PrometheusHistogram.mostBounds`.
        ///   - ticks: how many of what is recorded make one of that unit.
        case histogram(bounds: [Double], ticks: Double)
    }
    public let name: String
    public let kind: Kind
    public let help: String

    public init(_ name: String, _ kind: Kind, _ help: String) {
        self.name = name
        self.kind = kind
        self.help = help
    }

    /// As Prometheus' TYPE line says it.
    var type: String {
        switch kind {
        case .counter: "counter"
        case .histogram: "histogram"
        }
    }
}
