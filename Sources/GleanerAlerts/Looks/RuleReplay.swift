public import Foundation

/// When a rule would have spoken, had it been there.
public struct RuleReplay: Sendable {
    public struct Found: Sendable, Hashable {
        public let slice: String
        public let openedAt: Date
        /// `nil` when it would still be open.
        public var resolvedAt: Date?
        public let value: Double
        public let low: Double
        public let high: Double
        public let since: Date?
    }
    /// From when until when it was looked.
    public let from: Date
    public let to: Date
    /// How often.
    public let looks: Int
    public let slices: Int
    public private(set) var found: [Found] = []
    /// Looks at a slice without enough data.
    public private(set) var withoutEnough = 0

    /// - Parameter series: from `RuleSight.start` at `from` on.
    init(_ document: AlertRuleDocument, _ series: [String: Series], from: Date, to: Date) {
        let pause = document.window.step(of: document.measure.source)
        self.from = from
        self.to = to
        slices = series.count
        looks = max(0, Int(to.timeIntervalSince(from) / pause))
        let sight = RuleSight(document: document)
        var machines: [String: AlertMachine] = [:]
        var open: [String: Int] = [:]
        for number in 1...max(looks, 1) where looks > 0 {
            let time = from.addingTimeInterval(Double(number) * pause)
            for outcome in sight.outcomes(of: series, machines: machines, at: time) {
                machines[outcome.slice] = outcome.machine
                if !outcome.look.hasEnough { withoutEnough += 1 }
                switch outcome.move {
                case .none: break
                case .open(let look):
                    guard let value = look.value, let interval = look.interval else { continue }
                    open[outcome.slice] = found.count
                    found.append(
                        Found(
                            slice: outcome.slice, openedAt: time, value: value, low: interval.low,
                            high: interval.high, since: outcome.since))
                case .resolve, .lapse:
                    if let place = open.removeValue(forKey: outcome.slice) { found[place].resolvedAt = time }
                }
            }
        }
    }
}
