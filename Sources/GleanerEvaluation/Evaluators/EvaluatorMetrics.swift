import Synchronization

/// What evaluators of this process have found, and how long the oldest exchange waits for them. Labels are kinds: names of
/// a policy are not among them.
public final class EvaluatorMetrics: Sendable {
    /// What came of an exchange.
    public enum Outcome: String, Sendable, Hashable, CaseIterable {
        case measured
        /// There was nothing to be measured.
        case notApplicable = "not_applicable"
        /// For good.
        case failed
        /// It is tried again.
        case postponed

        init(_ outcome: EvaluatorOutcome) {
            self =
                switch outcome {
                case .measured: .measured
                case .notApplicable: .notApplicable
                case .failed(_, let isTransient): isTransient ? .postponed : .failed
                }
        }
    }
    private struct State {
        var counts: [EvaluatorChoice.Kind: [Outcome: Int]] = [:]
        var lag: Duration?
    }
    private let state = Mutex(State())

    public init() {}

    /// Exchanges that evaluators were asked about since the start, by kind and outcome.
    public var counts: [(kind: String, outcome: Outcome, count: Int)] {
        let counts = state.withLock(\.counts)
        return EvaluatorChoice.Kind.allCases.flatMap { kind in
            Outcome.allCases.map { (kind.rawValue, $0, counts[kind]?[$0] ?? 0) }
        }
    }
    /// How long the oldest exchange that is not evaluated has waited; `nil` before anybody has looked.
    public var lag: Duration? { state.withLock(\.lag) }

    func count(_ outcomes: [EvaluatorOutcome], of kind: EvaluatorChoice.Kind) {
        state.withLock { state in
            for outcome in outcomes { state.counts[kind, default: [:]][Outcome(outcome), default: 0] += 1 }
        }
    }
    func saw(lag: Duration) { state.withLock { $0.lag = lag } }
}
