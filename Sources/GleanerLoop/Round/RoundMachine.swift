/// What to do next about a round, from what is known of it: no clock, no I/O.
struct RoundMachine: Sendable, Hashable {
    enum Action: Sendable, Hashable {
        /// Begin it, or go on with it.
        case take(LoopStep.Name)
        /// It is left out.
        case skip(LoopStep.Name, why: String)
        /// Nothing moves before somebody says so.
        case rest(String)
        /// Stop what can be stopped, then end.
        case cancel
        case end(LoopRound.State, why: String)
    }

    let document: LoopDocument
    let steps: [LoopStep]
    let isPaused: Bool
    let isCancelWanted: Bool

    init(document: LoopDocument, round: LoopRound, isPaused: Bool) {
        self.document = document
        steps = round.steps
        self.isPaused = isPaused
        isCancelWanted = round.cancelBy != nil
    }

    var next: Action {
        if isCancelWanted { return .cancel }
        for step in steps {
            switch step.state {
            case .done, .skipped: continue
            case .failed: return .end(.failed, why: "\(step.name.rawValue): \(step.reason ?? "it failed")")
            case .cancelled: return .end(.cancelled, why: "\(step.name.rawValue) was cancelled")
            case .holding: return .rest("\(step.name.rawValue) waits for a person")
            case .running: return .take(step.name)
            case .waiting:
                if !document.has(step.name) { return .skip(step.name, why: "The loop has no such step.") }
                if step.name == .gate || step.name == .canary, candidate == nil {
                    return .skip(step.name, why: "There is no candidate.")
                }
                return isPaused ? .rest("the loop is paused") : .take(step.name)
            }
        }
        return .end(.done, why: last)
    }

    /// Whether there is a tuned model.
    private var candidate: LoopStep? { steps.first { $0.name == .tune && $0.state == .done } }

    private var last: String { steps.last { $0.state == .done }?.reason ?? "Nothing was left to do." }
}
