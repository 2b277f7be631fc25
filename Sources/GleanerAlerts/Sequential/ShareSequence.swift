import Foundation
import GleanerCore

/// Intervals for a share that all hold at once, however often one looks and from the first observation on, with no
/// appeal to large numbers: rare events are what alerts are about.
///
/// The likelihood under all shares at once, weighed by Jeffreys' Beta(½, ½), over that under one share p is a martingale
/// when p is the truth; by Ville's inequality it ever reaches 1/α with probability α at most. The interval holds the
/// shares for which it has not. Source: Robbins (1970); Howard, Ramdas, McAuliffe and Sekhon (2021).
public struct ShareSequence: Sendable, Hashable {
    /// Both may be effective numbers.
    public let events: Double
    public let count: Double

    private static let prior = 0.5
    private static let logPrior = LogGamma.beta(prior, prior)
    private let logMixture: Double

    public init(events: Double, of count: Double) {
        self.events = min(max(events, 0), count)
        self.count = count
        logMixture =
            LogGamma.beta(Self.prior + self.events, Self.prior + max(count - self.events, 0)) - Self.logPrior
    }

    public var share: Double { count > 0 ? events / count : 0.5 }

    /// ln of how much better all shares together explain the data than `share` does.
    public func evidence(against share: Double) -> Double {
        var likelihood = 0.0
        if events > 0 { likelihood += events * log(share) }
        if count > events { likelihood += (count - events) * log(1 - share) }
        return logMixture - likelihood
    }

    public func excludes(_ share: Double, alpha: Double) -> Bool { evidence(against: share) >= -log(alpha) }

    public func interval(alpha: Double) -> (low: Double, high: Double) {
        guard count > 0 else { return (0, 1) }
        let bar = -log(alpha)
        let low = events <= 0 ? 0 : Self.edge(from: share, to: 0) { evidence(against: $0) < bar }
        let high = events >= count ? 1 : Self.edge(from: share, to: 1) { evidence(against: $0) < bar }
        return (low, high)
    }

    /// The last place from `inside` towards `outside` at which `isIn` holds.
    static func edge(from inside: Double, to outside: Double, _ isIn: (Double) -> Bool) -> Double {
        var (inside, outside) = (inside, outside)
        for _ in 0..<60 where abs(outside - inside) > 1e-12 {
            let middle = (inside + outside) / 2
            if isIn(middle) { inside = middle } else { outside = middle }
        }
        return inside
    }

    /// After how many observations of a share `truth` the interval leaves out `line`, with probability `power`: what a rule
    /// over it may promise.
    /// - Parameter overdispersion: how much wider the share scatters than independent observations would.
    public static func observations(
        until line: Double, isLeftOutAt truth: Double, alpha: Double, power: Double = 0.95, overdispersion: Double = 1
    ) -> Int {
        let z = StudentT.normalQuantile(power)
        func isEnough(_ n: Double) -> Bool {
            let spread = z * (overdispersion * truth * (1 - truth) / n).squareRoot()
            let seen = truth > line ? truth - spread : truth + spread
            guard truth > line ? seen > line : seen < line else { return false }
            return ShareSequence(events: seen * n / overdispersion, of: n / overdispersion).excludes(line, alpha: alpha)
        }
        var high = 1.0
        while !isEnough(high), high < 1e12 { high *= 2 }
        return Int(edge(from: high, to: high / 2, isEnough).rounded(.up))
    }
}
