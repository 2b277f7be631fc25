import Foundation
import GleanerCore
import Testing

@testable import GleanerAlerts

@Suite("Rules over simulated traffic")
struct QuietTests {
    static let start = Date(timeIntervalSinceReferenceDate: 725_760_000)  // 2024-01-01, a Monday

    /// Looks at a series again and again, as the keeper does.
    /// - Returns: when alerts opened.
    static func alerts(
        _ document: AlertRuleDocument, _ series: Series, from: Date, days: Int, every pause: Double
    ) -> [Date] {
        var (machine, opened) = (AlertMachine(), [Date]())
        for look in 0..<Int(Double(days) * 86_400 / pause) {
            // Not on the stretches' own edges: a keeper looks at any second.
            let time = from.addingTimeInterval(Double(look) * pause + 17)
            let looks = document.looks(at: series, time: time)
            if case .open = machine.see(looks, at: time, patience: 3 * document.window.length) { opened.append(time) }
        }
        return opened
    }

    /// Rules that watch figures of exchanges; those of the installation know their figure exactly.
    static let watched = AlertRuleDocument.standard.filter { !$0.document.measure.isGauge }

    @Test("thirty quiet days with twenty-two rules raise at most one alert", arguments: [1, 2, 3] as [UInt64])
    func quiet(_ seed: UInt64) {
        var traffic = SimulatedTraffic(seed: seed, start: Self.start, days: 44)
        var opened: [String] = []
        #expect(Self.watched.count == 22)
        for (name, document) in Self.watched {
            let series = traffic.quiet(document)
            let alerts = Self.alerts(
                document, series, from: Self.start.addingTimeInterval(14 * 86_400), days: 30, every: 600)
            opened += alerts.map { "\(name) \($0.ISO8601Format())" }
        }
        #expect(opened.count <= 1, "\(opened)")
    }

    @Test("on its very line a rule raises no more false alarms than it promises")
    func onTheLine() {
        var opened = 0
        for seed in 1...6 as ClosedRange<UInt64> {
            var traffic = SimulatedTraffic(seed: seed, start: Self.start, days: 50, perHour: 60)
            var document = AlertRuleDocument(.errorShare, line: 0.02)
            document.window = .sixHours
            document.quietDays = 30
            let series = traffic.quiet(document)
            // Each window by itself: an alert that stays open would hide those behind it.
            for beginning in 1..<Int(50 * 86_400 / document.window.stride - 2) {
                let from = Self.start.addingTimeInterval(Double(beginning) * document.window.stride)
                let isWrong = (1...72).contains { look in
                    let time = from.addingTimeInterval(Double(look) * 300 - 17)
                    return document.looks(at: series, time: time).contains { $0.from == from && $0.isBeyond }
                }
                if isWrong { opened += 1 }
            }
        }
        // Three hundred days with one promised in thirty: ten at most.
        #expect(opened <= 10, "\(opened)")
    }

    /// Two variants whose answers are rated: `worse` gets ten points fewer thumbs up from `change` on.
    private static func variants(seed: UInt64, change: Date) -> (fine: Series, worse: Series) {
        var traffic = SimulatedTraffic(seed: seed, start: start, days: 28)
        func series(_ rows: [Series.Row]) -> Series {
            Series(rows, step: 3600, from: start, to: start.addingTimeInterval(28 * 86_400))
        }
        let fine = traffic.shares(step: 3600, ofThem: 0.15) { _ in 0.15 }
        let worse = traffic.shares(step: 3600, ofThem: 0.15) { $0 < change ? 0.15 : 0.25 }
        return (series(fine), series(worse))
    }

    @Test("a variant that is ten points worse is found within the ratings that the rule's mathematics promise")
    func regression() {
        var document = AlertRuleDocument(.thumbsDownShare, line: 0.18)
        document.by = .variant
        document.window = .week
        // A window begins with the change: how many ratings are needed of the worse variant alone is what is promised.
        let change = document.window.beginnings(at: Self.start.addingTimeInterval(17 * 86_400))[1]
        // What bursts and busy hours may cost is part of it: a quarter more.
        let promised = Double(
            ShareSequence.observations(
                until: document.line, isLeftOutAt: 0.25, alpha: document.alpha(slices: 2), power: 0.95,
                overdispersion: 1.25))
        #expect(promised < 1500)
        var (found, late) = (0, [Double]())
        for seed in 1...20 as ClosedRange<UInt64> {
            let (fine, worse) = Self.variants(seed: seed, change: change)
            let sight = RuleSight(document: document)
            var machines: [String: AlertMachine] = [:]
            for hour in 1...168 {
                let time = change.addingTimeInterval(Double(hour) * 3600)
                let outcomes = sight.outcomes(of: ["fine": fine, "worse": worse], machines: machines, at: time)
                for outcome in outcomes { machines[outcome.slice] = outcome.machine }
                #expect(machines["fine"]?.isOpen == false, "seed \(seed)")
                guard let outcome = outcomes.first(where: { $0.slice == "worse" }), case .open = outcome.move else {
                    continue
                }
                found += 1
                // Up to the look before: this one brought a whole hour's.
                let ratings = worse.count(worse.places(from: change, to: time.addingTimeInterval(-3600)))
                if ratings > promised { late.append(ratings) }
                if let since = outcome.since {
                    #expect(abs(since.timeIntervalSince(change)) < 86_400, "seed \(seed): \(since)")
                }
                break
            }
        }
        #expect(found == 20)
        #expect(late.count <= 2, "promised \(promised), needed \(late)")
    }

    @Test("an outage of traffic is found, in the night too, and an hour of the week before is not mistaken for one")
    func outage() throws {
        let document = try #require(AlertRuleDocument.standard.first { $0.name == "no-traffic" }).document
        let traffic = SimulatedTraffic(seed: 4, start: Self.start, days: 16)
        let gone = Self.start.addingTimeInterval(14 * 86_400 + 5 * 3600)
        let rows = traffic.traffic(step: 300).map { row in
            row.at < gone ? row : Series.Row(at: row.at, count: 0, sum: 0)
        }
        let series = Series(rows, step: 300, from: Self.start, to: Self.start.addingTimeInterval(16 * 86_400))
        let opened = Self.alerts(
            document, series, from: Self.start.addingTimeInterval(8 * 86_400), days: 7, every: 300)
        #expect(opened.count == 1)
        let first = try #require(opened.first)
        // The windows that begin with the silence are an hour long.
        #expect(first > gone && first < gone.addingTimeInterval(2 * 3600))
    }

    @Test("an alert opens once, ends when the figure is certainly back, and does not open again for what is over")
    func lifecycle() {
        var document = AlertRuleDocument(.errorShare, line: 0.05)
        document.window = .hour
        let bad = Self.start.addingTimeInterval(6 * 3600)..<Self.start.addingTimeInterval(7 * 3600)
        var traffic = SimulatedTraffic(seed: 9, start: Self.start, days: 1, perHour: 600)
        let rows = traffic.shares(step: 300) { bad.contains($0) ? 0.4 : 0.01 }
        let series = Series(rows, step: 300, from: Self.start, to: Self.start.addingTimeInterval(86_400))
        var (machine, moves) = (AlertMachine(), [(String, Date)]())
        for minute in 120..<1440 {
            let time = Self.start.addingTimeInterval(Double(minute) * 60)
            switch machine.see(document.looks(at: series, time: time), at: time, patience: 3 * 3600) {
            case .none: break
            case .open: moves.append(("open", time))
            case .resolve: moves.append(("resolve", time))
            case .lapse: moves.append(("lapse", time))
            }
        }
        #expect(moves.map(\.0) == ["open", "resolve"])
        #expect(moves[0].1 < bad.lowerBound.addingTimeInterval(1800))
        #expect(bad.upperBound < moves[1].1 && moves[1].1 < bad.upperBound.addingTimeInterval(5400))
    }

    @Test("of a slice that falls silent an open alert ends after three windows, and little data says nothing")
    func silence() {
        var document = AlertRuleDocument(.errorShare, line: 0.05)
        document.window = .hour
        document.minimum = 50
        let rows = (0..<12).map {
            Series.Row(at: Self.start.addingTimeInterval(Double($0) * 300), count: 60, sum: 40)
        }
        let series = Series(rows, step: 300, from: Self.start, to: Self.start.addingTimeInterval(86_400))
        var (machine, moves) = (AlertMachine(), [String]())
        for minute in 1..<1440 {
            let time = Self.start.addingTimeInterval(Double(minute) * 60)
            switch machine.see(document.looks(at: series, time: time), at: time, patience: 3 * 3600) {
            case .none: break
            case .open: moves.append("open")
            case .resolve: moves.append("resolve")
            case .lapse: moves.append("lapse")
            }
        }
        #expect(moves == ["open", "lapse"])
        document.minimum = 1000
        let time = Self.start.addingTimeInterval(3000)
        #expect(document.looks(at: series, time: time).allSatisfy { $0.verdict == .notEnoughData })
    }

    @Test("slower answers, dearer ones and another mix of languages are found against the time before")
    func references() throws {
        func standard(_ name: String) throws -> AlertRuleDocument {
            try #require(AlertRuleDocument.standard.first { $0.name == name }).document
        }
        let change = Self.start.addingTimeInterval(21 * 86_400)
        func opened(
            _ name: String, _ rows: (inout SimulatedTraffic, AlertRuleDocument) -> [Series.Row],
            _ worse: (inout SimulatedTraffic, AlertRuleDocument) -> [Series.Row]
        ) throws -> [Date] {
            let document = try standard(name)
            var traffic = SimulatedTraffic(seed: 3, start: Self.start, days: 35)
            let both =
                rows(&traffic, document).filter { $0.at < change }
                + worse(&traffic, document).filter { $0.at >= change }
            let series = Series(
                both, step: document.window.step(of: .exchanges), from: Self.start,
                to: Self.start.addingTimeInterval(35 * 86_400))
            return Self.alerts(document, series, from: change.addingTimeInterval(-6 * 86_400), days: 20, every: 3600)
        }
        let slow = try opened(
            "slower-than-last-week", { traffic, _ in traffic.durations(step: 300, median: 3000) },
            { traffic, _ in traffic.durations(step: 300, median: 7000) })
        #expect(slow.count == 1 && slow[0] > change && slow[0] < change.addingTimeInterval(86_400))
        let dear = try opened(
            "cost", { $0.sums(step: $1.window.step(of: .exchanges), mean: 0.002) },
            { $0.sums(step: $1.window.step(of: .exchanges), mean: 0.006) })
        #expect(dear.count == 1 && dear[0] > change && dear[0] < change.addingTimeInterval(2 * 86_400))
        let mixed = try opened(
            "languages", { $0.categories(step: $1.window.step(of: .exchanges), [0.6, 0.3, 0.1]) },
            { $0.categories(step: $1.window.step(of: .exchanges), [0.3, 0.3, 0.4]) })
        #expect(mixed.count == 1 && mixed[0] > change && mixed[0] < change.addingTimeInterval(11 * 86_400))
    }
}
