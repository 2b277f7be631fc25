/// What to do next about one fine-tune, from what is known of it: no clock, no I/O.
///
/// Files and jobs cost money and are not idempotent at a trainer. So each is written down before it is asked for
/// (`intend`), and whoever finds such a note without a result looks at the trainer (`find`) before asking (`make`).
struct TuningMachine: Sendable, Hashable {
    enum Step: Sendable, Hashable {
        case open
        /// Written down. `maybeMade`: somebody may have asked for it already.
        case intended(maybeMade: Bool)
        /// With the trainer's id.
        case made(String)
    }
    enum Ending: Sendable, Hashable {
        case succeeded(model: String)
        case failed(TuningFailure)
        case cancelled
    }
    enum Action: Sendable, Hashable {
        case intend(TuningStep)
        case find(TuningStep)
        case make(TuningStep)
        case follow
        case cancel
        case end(Ending)
    }

    private(set) var steps: [TuningStep: Step]
    private let hasValidation: Bool
    private(set) var isCancelWanted: Bool
    private var isCancelSent = false
    private var ending: Ending?

    init(hasValidation: Bool, steps: [TuningStep: Step] = [:], isCancelWanted: Bool = false) {
        self.hasValidation = hasValidation
        self.steps = steps
        self.isCancelWanted = isCancelWanted
    }

    var next: Action {
        if let ending { return .end(ending) }
        for step in TuningStep.allCases where step != .validationFile || hasValidation {
            switch steps[step] ?? .open {
            case .open: return isCancelWanted ? .end(.cancelled) : .intend(step)
            // Also when nobody wants it any more: what runs must be stopped, what was uploaded must be known.
            case .intended(maybeMade: true): return .find(step)
            case .intended(maybeMade: false): return isCancelWanted ? .end(.cancelled) : .make(step)
            case .made: continue
            }
        }
        return isCancelWanted && !isCancelSent ? .cancel : .follow
    }

    func id(of step: TuningStep) -> String? { if case .made(let id) = steps[step] { id } else { nil } }

    var state: TuningState {
        switch next {
        case .intend(.trainingFile): .waiting
        case .intend(.job), .find(.job), .make(.job): .submitting
        case .intend, .find, .make: .preparing
        case .follow, .cancel: .training
        case .end(.succeeded): .succeeded
        case .end(.failed): .failed
        case .end(.cancelled): .cancelled
        }
    }

    // MARK: What happened

    /// It was written down just now, and nobody else has the job: nothing can have been made yet.
    mutating func intended(_ step: TuningStep) { steps[step] = .intended(maybeMade: false) }

    mutating func made(_ step: TuningStep, _ id: String) { steps[step] = .made(id) }

    /// It was asked for, and no answer came.
    mutating func lostTrack(of step: TuningStep) { steps[step] = .intended(maybeMade: true) }

    /// Looked at for long enough, the trainer has none.
    mutating func foundNone(_ step: TuningStep) { steps[step] = .intended(maybeMade: false) }

    mutating func failed(_ failure: TuningFailure) { ending = .failed(failure) }

    mutating func cancelWanted() { isCancelWanted = true }

    /// The trainer was asked to cancel; how it ends, it will say.
    mutating func cancelSent() { isCancelSent = true }

    mutating func saw(_ job: RemoteJob) {
        switch job.status {
        case .succeeded:
            if let model = job.model {
                ending = .succeeded(model: model)
            } else {
                ending = .failed(
                    TuningFailure(code: "no_model", message: "The trainer says \(job.rawStatus) and names no model."))
            }
        case .failed:
            ending = .failed(
                job.failure ?? TuningFailure(code: nil, message: "The trainer says \(job.rawStatus) and nothing else."))
        case .cancelled: ending = .cancelled
        case .queued, .running, .other: break
        }
    }
}
