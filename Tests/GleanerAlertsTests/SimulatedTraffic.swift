import Foundation
import GleanerCore

@testable import GleanerAlerts

/// A chatbot's traffic as rollups would have it: by five minutes, with days and nights, weekends, hours that are busier
/// than others, and people who rate more than once. The same seed gives the same traffic.
struct SimulatedTraffic {
    var draw: SplitMix64
    let start: Date
    let days: Int
    /// Exchanges of each five minutes.
    private(set) var exchanges: [Double] = []

    init(seed: UInt64, start: Date, days: Int, perHour: Double = 150) {
        draw = SplitMix64(seed: seed)
        self.start = start
        self.days = days
        var busy = 1.0
        for place in 0..<(days * 288) {
            if place.isMultiple(of: 12) { busy = exp(0.15 * normal()) }
            let hour = Double(place % 288) / 12
            let day = 1 + 0.8 * sin((hour - 9) / 24 * 2 * .pi)
            let week = (place / 288) % 7 >= 5 ? 0.7 : 1
            exchanges.append(arrivals(perHour / 12 * day * week * busy))
        }
    }

    mutating func uniform() -> Double { Double.random(in: 0..<1, using: &draw) }
    mutating func normal() -> Double { (-2 * log(1 - uniform())).squareRoot() * cos(2 * .pi * uniform()) }

    mutating func arrivals(_ mean: Double) -> Double {
        if mean > 30 { return max(0, (mean + mean.squareRoot() * normal()).rounded()) }
        var (count, product) = (0.0, uniform())
        let bar = exp(-mean)
        while product > bar {
            count += 1
            product *= uniform()
        }
        return count
    }

    mutating func events(_ share: Double, of count: Double) -> Double {
        if count * share > 30 {
            let spread = (count * share * (1 - share)).squareRoot()
            return min(count, max(0, (count * share + spread * normal()).rounded()))
        }
        var events = 0.0
        for _ in 0..<Int(count) where uniform() < share { events += 1 }
        return events
    }

    /// - Parameter step: 300 or 3600 seconds.
    private func stretches(_ step: Double) -> [(at: Date, count: Double)] {
        let many = Int(step / 300)
        return stride(from: 0, to: exchanges.count, by: many).map { place in
            (start.addingTimeInterval(Double(place) * 300), exchanges[place..<(place + many)].reduce(0, +))
        }
    }

    /// A share of `ofThem` of the exchanges, in which `share` are events.
    mutating func shares(step: Double, ofThem: Double = 1, _ share: (Date) -> Double) -> [Series.Row] {
        stretches(step).map { at, count in
            let judged = ofThem == 1 ? count : events(ofThem, of: count)
            return Series.Row(at: at, count: judged, sum: events(share(at), of: judged))
        }
    }

    /// Durations around `median` milliseconds, in bins.
    mutating func durations(step: Double, median: Double, spread: Double = 0.6) -> [Series.Row] {
        stretches(step).map { at, count in
            var bins: [Int: Double] = [:]
            for _ in 0..<Int(count) {
                bins[Int((log2(median * exp(spread * normal())) * 8).rounded(.down)), default: 0] += 1
            }
            return Series.Row(at: at, count: count, sum: 0, bins: bins)
        }
    }

    /// Sums of something of each exchange, log-normal.
    mutating func sums(step: Double, mean: Double) -> [Series.Row] {
        stretches(step).map { at, count in
            var sum = 0.0
            for _ in 0..<Int(count) { sum += mean * exp(0.8 * normal() - 0.32) }
            return Series.Row(at: at, count: count, sum: sum)
        }
    }

    mutating func scores(step: Double, ofThem: Double) -> [Series.Row] {
        stretches(step).map { at, count in
            var row = Series.Row(at: at, count: 0, sum: 0)
            for _ in 0..<Int(events(ofThem, of: count)) {
                let score = uniform() < 0.15 ? 1 : uniform() < 0.3 ? 3.0 : 5
                row.count += 1
                row.sum += score
                row.squares += score * score
                row.bins[Int(score), default: 0] += 1
            }
            return row
        }
    }

    mutating func categories(step: Double, _ shares: [Double]) -> [Series.Row] {
        stretches(step).map { at, count in
            var (bins, rest, left) = ([Int: Double](), count, 1.0)
            for (place, share) in shares.enumerated() {
                let drawn = place == shares.count - 1 ? rest : events(share / left, of: rest)
                bins[place] = drawn
                rest -= drawn
                left -= share
            }
            return Series.Row(at: at, count: count, sum: 0, bins: bins)
        }
    }

    func traffic(step: Double) -> [Series.Row] {
        stretches(step).map { Series.Row(at: $0.at, count: 0, sum: $0.count) }
    }

    /// What a rule would read on days on which nothing is wrong.
    mutating func quiet(_ document: AlertRuleDocument) -> Series {
        let measure = document.measure
        let step = document.window.step(of: measure.source)
        let rows: [Series.Row] =
            switch measure {
            case .thumbsDownShare: shares(step: step, ofThem: 0.08) { _ in 0.2 }
            case .ratingMean, .ratingDrift: scores(step: step, ofThem: 0.04)
            case .moderationDrift: durations(step: step, median: 0.02, spread: 1.5)
            case .cost: sums(step: step, mean: 0.002)
            case .completionTokens: sums(step: step, mean: 300)
            case .traffic: traffic(step: step)
            case .durationP95, .durationP50, .durationP99: durations(step: step, median: 4000)
            case .ttftP95, .ttftP50: durations(step: step, median: 700)
            case .languageDrift: categories(step: step, [0.55, 0.25, 0.15, 0.05])
            default: shares(step: step) { _ in 0.02 }
            }
        return Series(rows, step: step, from: start, to: start.addingTimeInterval(Double(days) * 86_400))
    }
}
