import AsyncPostgres
public import Foundation

/// What a judge says of a time, slice by slice: raw, people alone, and corrected.
public struct JudgeReport: Sendable, Hashable, Codable {
    /// By which an exchange is sliced.
    public enum Slice: String, Sendable, Hashable, CaseIterable, Codable {
        case route, variant, provider, model, language, prompt, source
        /// Of a row `x` of `gleaner.exchanges`, named as rollups name it.
        var column: SQL {
            switch self {
            case .model: "left(x.served_model, 100)"
            case .prompt: "left(encode(x.system_fingerprint, 'hex'), 12)"
            case .route, .variant, .provider, .language, .source: "x.\(identifier: rawValue)"
            }
        }
    }

    public struct Row: Sendable, Hashable, Codable {
        /// `nil` for all, and for exchanges that have none.
        public let slice: String?
        public let raw: PredictionPowered.Estimate
        public let human: PredictionPowered.Estimate?
        public let corrected: PredictionPowered.Estimate?
        public let bias: PredictionPowered.Estimate?

        init?(_ slice: String?, _ units: [PredictionPowered.Unit]) {
            guard let powered = PredictionPowered(units) else { return nil }
            self.slice = slice
            raw = powered.raw
            human = powered.human
            corrected = powered.corrected
            bias = powered.bias
        }
    }

    public let evaluator: String
    /// Of the newest result; older versions are left out, since they are other judges.
    public let version: String?
    public let measure: String
    public let question: String
    public let from: Date
    public let to: Date
    public let by: Slice?
    public let overall: Row?
    /// Most judged first; empty without `by`.
    public let slices: [Row]
    /// How the figure goes with people's scores, over the people's sample.
    public let calibration: Calibration
    /// There were more results than are read at once, and the newest are told of.
    public let isCut: Bool

    enum CodingKeys: String, CodingKey {
        case evaluator, version, measure, question, from, to, by, overall, slices, calibration
        case isCut = "truncated"
    }
}
