/// One name of `/metrics` as it stands now.
public struct MetricReading: Sendable {
    public enum Kind: String, Sendable { case gauge, counter, histogram }
    public enum Value: Sendable, Hashable {
        case number(Double)
        /// `counts` has one more than `bounds`: how many are above a bound and not above the next; `sum` is in the name's unit.
        case histogram(bounds: [Double], counts: [Int64], sum: Double)
    }
    public struct Point: Sendable {
        public let labels: [(name: String, value: String)]
        public let value: Value

        public init(_ labels: [(String, String)], _ value: Value) {
            self.labels = labels.map { (name: $0.0, value: $0.1) }
            self.value = value
        }
    }
    public let name: String
    public let kind: Kind
    public let help: String
    public let points: [Point]

    public init(name: String, kind: Kind, help: String, points: [Point]) {
        self.name = name
        self.kind = kind
        self.help = help
        self.points = points
    }
}
