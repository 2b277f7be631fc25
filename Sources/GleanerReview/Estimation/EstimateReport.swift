public import Foundation

/// Quality with its error, as the sample of reviews tells it.
public struct EstimateReport: Sendable, Hashable, Codable {
    public struct Slice: Sendable, Hashable, Codable {
        /// `nil` for exchanges that have none.
        public let value: String?
        public let drawn: Int
        public let reviewed: Int
        /// Reviewed of drawn; what is missing is made up for within sampling rules.
        public let response: Double
        /// How many exchanges there are, estimated from those drawn.
        public let population: Double
        public let measures: [Measure]

        init(_ value: String?, _ tally: SliceTally) {
            self.value = value
            drawn = tally.drawn
            reviewed = tally.judged
            response = tally.drawn > 0 ? Double(tally.judged) / Double(tally.drawn) : 0
            population = tally.population
            measures = tally.measures
        }
    }
    public let from: Date
    public let to: Date
    public let by: EstimateQuery.Slice?
    public let overall: Slice
    /// Largest first; empty without `by`.
    public let slices: [Slice]
    /// Over slices of counted sizes; `nil` unless asked for.
    public let stratified: [Measure]?
}
