import Foundation
import GleanerCore
import GleanerLoop

/// A loop in a list, and above its own page.
struct LoopCard: Sendable {
    let name: String
    let path: String
    let dataset: String
    let standing: LoopStanding
    /// What the next round waits for; none while one is under way or the loop is paused.
    let waits: String?
    let counted: String?
    let trouble: String?
    let pausedBy: String?
    let pauseNote: String?
    let version: Int
    let author: String
    let changedAt: String
    /// None, or the open one.
    let rounds: [LoopRoundView]

    init(_ loop: Loop, round: LoopRound?, for role: Role) {
        name = loop.name
        path = LoopPath.loop(loop.name)
        dataset = loop.document.dataset
        standing = LoopStanding(loop, round: round)
        waits = round == nil && !loop.isPaused ? loop.waitsFor : nil
        counted = waits == nil ? nil : loop.standing.materialAt?.ISO8601Format()
        trouble = loop.standing.trouble
        pausedBy = loop.pausedBy
        pauseNote = loop.pauseNote.flatMap { $0.isEmpty ? nil : $0 }
        version = loop.version
        author = loop.author
        changedAt = loop.changedAt.ISO8601Format()
        rounds = round.map { [LoopRoundView($0, for: role)] } ?? []
    }
}

/// Where a loop stands, in a word and its colour.
struct LoopStanding: Sendable {
    let word: String
    let tone: String

    init(_ loop: Loop, round: LoopRound?) {
        if loop.isPaused {
            (word, tone) = ("paused", "warn")
        } else if let round {
            (word, tone) = round.steps.contains { $0.state == .holding } ? ("holds", "warn") : ("under way", "accent")
        } else {
            (word, tone) = ("waits", "")
        }
    }
}

/// A round with its steps in a row.
struct LoopRoundView: Sendable {
    struct Step: Sendable {
        let name: String
        let state: String
        let tone: String
        let reason: String?
        let link: String?
        let linkText: String
        let cost: String?
        let isCurrent: Bool
    }
    let id: String
    let path: String
    let anchor: String
    let loop: String
    let loopPath: String
    let number: Int
    let state: String
    let tone: String
    let isOpen: Bool
    let isCancelling: Bool
    let by: String
    let at: String
    let why: String?
    /// How it ended.
    let outcome: String?
    let steps: [Step]
    /// The step that waits for a person's word.
    let holding: String?
    let mayGoOn: Bool
    let maySkip: Bool
    let mayHold: Bool
    let mayStop: Bool

    init(_ round: LoopRound, for role: Role) {
        id = round.id.description
        path = "/loops/rounds/\(round.id)"
        anchor = "round-\(round.number)"
        loop = round.loopName
        loopPath = LoopPath.loop(round.loopName)
        number = round.number
        isOpen = round.state == .running
        isCancelling = isOpen && round.cancelBy != nil
        let holds = round.steps.first { $0.state == .holding }
        state = isCancelling ? "being cancelled" : holds == nil || !isOpen ? round.state.rawValue : "holds"
        tone = Self.tone(round.state, holds: holds != nil)
        by = round.startedBy
        at = round.createdAt.ISO8601Format()
        why = round.why.isEmpty ? nil : round.why
        outcome = round.reason
        steps = round.steps.map { Self.step($0, of: round) }
        let isFree = isOpen && !isCancelling
        let awaited = round.steps.first { $0.name == .approve && $0.state == .running }
        holding = isFree ? holds?.name.rawValue : nil
        mayGoOn = isFree && holds != nil && role.may(.admin)
        maySkip = isFree && (holds ?? awaited)?.name.isSkippable == true && role.may(.admin)
        mayHold = isFree && holds == nil && round.steps.contains { $0.state == .waiting } && role.may(.engineer)
        mayStop = isFree && role.may(.engineer)
    }

    private static func tone(_ state: LoopRound.State, holds: Bool) -> String {
        switch state {
        case .running: holds ? "warn" : "accent"
        case .done: "good"
        case .failed: "bad"
        case .cancelled: ""
        }
    }

    private static func step(_ step: LoopStep, of round: LoopRound) -> Step {
        let tone =
            switch step.state {
            case .done: "good"
            case .running: "accent"
            case .holding: "warn"
            case .failed: "bad"
            case .waiting, .skipped, .cancelled: ""
            }
        let (link, text) = link(step, of: round)
        return Step(
            name: step.name.rawValue, state: step.state.rawValue, tone: tone, reason: step.reason, link: link,
            linkText: text, cost: step.usd.map { "about \(Figure.dollars($0))" },
            isCurrent: step.state == .running || step.state == .holding)
    }

    private static func link(_ step: LoopStep, of round: LoopRound) -> (String?, String) {
        switch step.name {
        case .build, .compare, .approve:
            guard step.state != .waiting, step.state != .skipped, let build = round[.build]?.figures,
                let dataset = build["dataset"]?.stringValue, let number = build["version"]?.intValue
            else { return (nil, "") }
            return (DatasetPath.version(dataset, Int(number)), "version \(number)")
        case .tune: return (step.made.map { "/tuning/\($0)" }, "the fine-tune")
        case .gate: return (step.made.map { "/evaluations/\($0)" }, "the evaluation")
        case .canary: return (step.made.map { "/canaries/\($0)" }, "the canary")
        }
    }
}

enum LoopPath {
    static func loop(_ name: String) -> String { "/loops/\(name)" }
}
