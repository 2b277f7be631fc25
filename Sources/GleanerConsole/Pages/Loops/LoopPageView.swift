import Foundation
import GleanerCore
import GleanerLoop

/// What `loop.mustache` shows.
struct LoopPageView: Sendable {
    struct Event: Sendable {
        let at: String
        let kind: String
        let tone: String
        let step: String?
        let actor: String
        let why: String?
    }
    let card: LoopCard
    let rounds: [LoopRoundView]
    let hasRounds: Bool
    let older: String?
    let events: [Event]
    /// None, or one: for those who may not change it, its document is in the form all the same.
    let form: LoopForm
    let problem: String?
    let isPaused: Bool
    let mayPause: Bool
    let mayResume: Bool
    let mayStart: Bool
    let mayEdit: Bool

    init(
        card: LoopCard, rounds: [LoopRoundView], events: [LoopEvent], form: LoopForm, role: Role, older: String?
    ) {
        self.card = card
        self.rounds = rounds
        hasRounds = !rounds.isEmpty
        self.older = older
        self.events = events.map(Self.event)
        self.form = form
        problem = form.problem
        isPaused = card.pausedBy != nil
        mayPause = !isPaused && role.may(.engineer)
        mayResume = isPaused && role.may(.admin)
        mayStart = !isPaused && card.rounds.isEmpty && role.may(.admin)
        mayEdit = role.may(.admin)
    }

    private static func event(_ event: LoopEvent) -> Event {
        let tone =
            switch event.kind {
            case .done: "good"
            case .fail: "bad"
            case .hold, .pause, .cancel: "warn"
            case .put, .resume, .start, .begin, .goOn, .skip, .end: ""
            }
        return Event(
            at: event.at.ISO8601Format(), kind: event.kind.rawValue, tone: tone, step: event.step?.rawValue,
            actor: event.actor, why: event.why.isEmpty ? nil : event.why)
    }
}

/// The form that changes a loop, as it was typed, or makes a new one.
struct LoopForm: Sendable {
    let name: String
    let document: String
    let isNew: Bool
    let problem: String?

    init(_ loop: Loop, typed: String?, problem: String?) {
        name = loop.name
        document = typed ?? Self.pretty(loop.document.rendered)
        isNew = false
        self.problem = problem
    }

    init(name: String, typed: String, problem: String?) {
        self.name = name
        document = typed
        isNew = true
        self.problem = problem
    }

    private static func pretty(_ document: JSONValue) -> String { (try? PrettyJSON.text(document)) ?? "{}" }

    /// To begin with: it stops for a person wherever it may.
    static let example = """
        {
          "dataset": "chat",
          "policy": "likes",
          "trigger": {"new_examples": 500, "every_days": 14, "at_least": 50},
          "steps": {
            "compare": {},
            "approve": "required",
            "tune": {"base_model": "MODEL", "maximum_usd": 20, "maximum_usd_per_month": 60},
            "gate": {"incumbent": {"route": "ROUTE"}, "maximum_usd": 5},
            "canary": {"route": "ROUTE"}
          }
        }
        """
}
