/// What a provider says that a model took on a day.
///
/// Shape: a day is of UTC, `2026-11-29`. What a bill does not tell is `nil`: some tell costs alone, some tokens alone.
public struct BillLine: Sendable, Hashable {
    public var day: String
    public var model: String
    public var requests: Int64?
    /// All input, cached tokens included.
    public var inputTokens: Int64?
    public var outputTokens: Int64?
    public var costUSD: Double?

    public init(
        day: String, model: String, requests: Int64? = nil, inputTokens: Int64? = nil, outputTokens: Int64? = nil,
        costUSD: Double? = nil
    ) {
        self.day = day
        self.model = model
        self.requests = requests
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
        self.costUSD = costUSD
    }

    /// Sums what several lines say of one model and day, also of several files.
    public static func merging(_ lines: [BillLine]) -> [BillLine] {
        var merged: [[String]: BillLine] = [:]
        for line in lines {
            guard var known = merged[[line.day, line.model]] else {
                merged[[line.day, line.model]] = line
                continue
            }
            known.requests = sum(known.requests, line.requests)
            known.inputTokens = sum(known.inputTokens, line.inputTokens)
            known.outputTokens = sum(known.outputTokens, line.outputTokens)
            known.costUSD = sum(known.costUSD, line.costUSD)
            merged[[line.day, line.model]] = known
        }
        return merged.values.sorted { ($0.day, $0.model) < ($1.day, $1.model) }
    }

    private static func sum<Number: AdditiveArithmetic>(_ a: Number?, _ b: Number?) -> Number? {
        guard let a, let b else { return a ?? b }
        return a + b
    }
}
