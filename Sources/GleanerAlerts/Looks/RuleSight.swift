import Foundation
import GleanerCore

/// Looks of a rule at every slice: series in, outcomes out. No clock, no I/O.
struct RuleSight: Sendable {
    let document: AlertRuleDocument

    /// From when on a look at `time` needs figures: the windows, what they are held against, and one window more, so
    /// that it can be said since when.
    static func start(_ document: AlertRuleDocument, at time: Date) -> Date {
        let back: TimeInterval =
            switch document.against {
            case .fixed, .previous: document.window.length
            case .lastWeek: 604_800
            case .change: 0
            }
        let first = document.window.beginnings(at: time)[0]
        return first.addingTimeInterval(-back - (document.looksAtWholeWindows ? document.window.stride : 0))
    }

    func outcomes(
        of series: [String: Series], machines: [String: AlertMachine], at time: Date
    ) -> [SliceOutcome] {
        // One that is open and of which nothing is heard any more is looked at until it ends.
        let open = machines.filter { $0.value.isOpen }.map(\.key)
        return Set(series.keys).union(open).sorted().map { slice in
            outcome(slice, series[slice], of: series.count, machines[slice] ?? AlertMachine(), at: time)
        }
    }

    private func outcome(
        _ slice: String, _ known: Series?, of slices: Int, _ machine: AlertMachine, at time: Date
    ) -> SliceOutcome {
        let start = Self.start(document, at: time)
        let series =
            known ?? Series([], step: document.window.step(of: document.measure.source), from: start, to: time)
        let looks = document.looks(at: series, time: time, slices: slices)
        return outcome(slice, of: looks, machine, at: time) { document.change(in: series, around: $0) }
    }

    /// - Parameter since: when what a look sees began.
    private func outcome(
        _ slice: String, of looks: [RuleLook], _ machine: AlertMachine, at time: Date, since: (RuleLook) -> Date?
    ) -> SliceOutcome {
        var machine = machine
        let move = machine.see(looks, at: time, patience: 3 * document.window.length)
        switch move {
        case .open(let look):
            return SliceOutcome(slice: slice, look: look, machine: machine, move: move, since: since(look))
        case .resolve(let look):
            return SliceOutcome(slice: slice, look: look, machine: machine, move: move)
        case .none, .lapse:
            let counted = looks.filter { look in machine.clearedFrom.map { look.from >= $0 } ?? true }
            // Where all windows under way hold what is over, nothing is known of what comes after it.
            let none = RuleLook(
                from: machine.clearedFrom ?? time, to: time, count: 0, estimate: nil, document: document, alpha: 0.05)
            let shown = counted.first(where: \.hasEnough) ?? counted.last ?? none
            return SliceOutcome(slice: slice, look: shown, machine: machine, move: move)
        }
    }

    /// Of prompts, all together.
    func outcome(prompts look: RuleLook, machine: AlertMachine, at time: Date) -> SliceOutcome {
        outcome("", of: [look], machine, at: time) { _ in nil }
    }

    /// Of a gauge.
    func outcome(gauge value: Double, machine: AlertMachine, at time: Date) -> SliceOutcome {
        let look = document.look(atGauge: value, time: time)
        var machine = machine
        let move = machine.see([look], at: time, patience: .infinity)
        // It is as it is now; no window holds what was.
        machine.clearedFrom = nil
        return SliceOutcome(slice: "", look: look, machine: machine, move: move)
    }
}
