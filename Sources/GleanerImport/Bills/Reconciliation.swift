/// A bill beside what Gleaner counted: by day and model ours, theirs, the difference, and what may be behind it.
public struct Reconciliation: Sendable {
    public struct Entry: Sendable, Hashable {
        public let day: String
        public let model: String
        public let ours: LedgerLine?
        public let theirs: BillLine?
        /// Ours less theirs; `nil` where a bill does not say.
        public let input: Int64?
        public let output: Int64?
        public let costUSD: Double?
        /// The largest difference as a share of theirs; `nil` when there is nothing of theirs to compare with.
        public let share: Double?
        public let isWithin: Bool
        /// Empty for what agrees.
        public let reasons: [String]
    }

    public struct Tolerance: Sendable {
        /// Of theirs.
        public var share: Double
        /// Differences up to these are rounding, whatever their share.
        public var usd: Double
        public var tokens: Int64

        public init(share: Double = 0.02, usd: Double = 0.01, tokens: Int64 = 100) {
            self.share = share
            self.usd = usd
            self.tokens = tokens
        }
    }

    public let entries: [Entry]
    public var isWithin: Bool { entries.allSatisfy(\.isWithin) }
    public var ourUSD: Double { entries.reduce(0) { $0 + ($1.ours?.costUSD ?? 0) } }
    public var theirUSD: Double? {
        let costs = entries.compactMap { $0.theirs?.costUSD }
        return costs.isEmpty ? nil : costs.reduce(0, +)
    }

    public init(_ bill: [BillLine], beside ledger: [LedgerLine], tolerance: Tolerance = Tolerance()) {
        let names = Set(ledger.map(\.model))
        let alike = Dictionary(grouping: names, by: Self.undated)
        let theirs = BillLine.merging(
            bill.map { line in
                var line = line
                // A bill may name a model with its date where answers do not, or the other way round.
                if !names.contains(line.model), let ours = alike[Self.undated(line.model)], ours.count == 1 {
                    line.model = ours[0]
                }
                return line
            })
        let days = Set(theirs.map(\.day))
        var ours: [[String]: LedgerLine] = [:]
        for line in ledger where days.contains(line.day) { ours[[line.day, line.model]] = line }
        var entries = theirs.map { line in
            Self.entry(line.day, line.model, ours.removeValue(forKey: [line.day, line.model]), line, tolerance)
        }
        entries += ours.values.filter { $0.exchanges > 0 }.map { Self.entry($0.day, $0.model, $0, nil, tolerance) }
        self.entries = entries.sorted { ($0.day, $0.model) < ($1.day, $1.model) }
    }

    private static func undated(_ model: String) -> String {
        model.lowercased().replacing(/-(\d{4}-\d\d-\d\d|\d{8})$/, with: "")
    }

    private static func entry(
        _ day: String, _ model: String, _ ours: LedgerLine?, _ theirs: BillLine?, _ tolerance: Tolerance
    ) -> Entry {
        let input = theirs?.inputTokens.map { (ours?.inputTokens ?? 0) - $0 }
        let output = theirs?.outputTokens.map { (ours?.outputTokens ?? 0) - $0 }
        let cost = theirs?.costUSD.map { (ours?.costUSD ?? 0) - $0 }
        func share(_ difference: Double?, of whole: Double?) -> Double? {
            guard let difference, let whole, whole != 0 else { return nil }
            return difference / whole
        }
        let shares = [
            share(input.map(Double.init), of: theirs?.inputTokens.map(Double.init)),
            share(output.map(Double.init), of: theirs?.outputTokens.map(Double.init)), share(cost, of: theirs?.costUSD),
        ].compactMap(\.self)
        func agrees(_ difference: Double?, _ whole: Double?, within least: Double) -> Bool {
            abs(difference ?? 0) <= max(least, tolerance.share * abs(whole ?? 0))
        }
        let tokensAgree =
            agrees(
                input.map(Double.init), theirs?.inputTokens.map(Double.init), within: Double(tolerance.tokens))
            && agrees(
                output.map(Double.init), theirs?.outputTokens.map(Double.init), within: Double(tolerance.tokens))
        let costAgrees = agrees(cost, theirs?.costUSD, within: tolerance.usd)
        let isNotBilled = theirs == nil && (ours?.costUSD ?? 0) > tolerance.usd
        let isWithin = tokensAgree && costAgrees && !isNotBilled
        let difference = Difference(
            ours: ours, theirs: theirs, tokensAgree: tokensAgree, input: input, output: output, cost: cost)
        return Entry(
            day: day, model: model, ours: ours, theirs: theirs, input: input, output: output, costUSD: cost,
            share: shares.max { abs($0) < abs($1) }, isWithin: isWithin, reasons: isWithin ? [] : difference.reasons)
    }
}

/// What may be behind a difference, the likeliest first.
struct Difference {
    let ours: LedgerLine?
    let theirs: BillLine?
    let tokensAgree: Bool
    let input: Int64?
    let output: Int64?
    let cost: Double?

    var reasons: [String] {
        guard let theirs else {
            return [
                "not on the bill: another account's or provider's, another name for it, or a bill that is not complete"
            ]
        }
        guard let ours, ours.exchanges > 0 else {
            return [
                "no such exchange here: calls past Gleaner, or calls of its own to judges, classifiers and teachers"
            ]
        }
        var reasons: [String] = []
        let knowsTokens = theirs.inputTokens != nil || theirs.outputTokens != nil
        let isShort = (input ?? 0) + (output ?? 0) < 0 || (!knowsTokens && (cost ?? 0) < 0)
        if ours.counted < ours.exchanges {
            reasons.append(
                "\(ours.exchanges - ours.counted) exchanges say nothing of tokens: streams without include_usage")
        }
        if theirs.costUSD != nil, ours.priced < ours.counted {
            reasons.append(
                "\(ours.counted - ours.priced) exchanges have no cost: gleaner prices set, then gleaner prices apply")
        }
        if theirs.costUSD != nil, knowsTokens, tokensAgree {
            reasons.append(
                "tokens agree and money does not: the price table is old, or lacks cached input, a discount or a tier")
        }
        if let requests = theirs.requests, requests > ours.exchanges {
            reasons.append(
                "\(requests - ours.exchanges) calls are not here: past Gleaner, or its own to judges and classifiers")
        } else if isShort, !(knowsTokens && tokensAgree) {
            reasons.append(
                "exchanges are missing: calls past Gleaner, cut answers, or its own calls to judges and classifiers")
        } else if !isShort, !(knowsTokens && tokensAgree) {
            reasons.append(
                "more here than billed: imported twice, another account's, cached or discounted input, or a day not over"
            )
        }
        return reasons
    }
}
