import Foundation
import GleanerCore

/// What one person says of one subject.
struct SaidFeedback: Sendable, Hashable {
    let subject: Subject
    var judgements: [Judgement]
    let rater: String?
    /// What `feedback.redaction` says, by the place of the judgement whose text holds placeholders.
    var redactions: [Int: String] = [:]
}

/// A judgement on its way into the store: who gave it, when, and where it belongs.
struct GivenFeedback: Sendable {
    let id: ID<Feedback>
    let judgement: Judgement
    let subject: Subject
    /// `nil` when none is known, or when the subject is none.
    let exchange: ID<Exchange>?
    let rater: String?
    let giver: Giver
    let redaction: String?
    let at: Date
    /// `false`: so much waits already that this is kept for its conversation at once.
    let mayWait: Bool

    /// Waits for its exchange: that may be told from the subject, and is not stored yet.
    var isEarly: Bool {
        guard exchange == nil, mayWait else { return false }
        switch subject {
        case .completion: return true
        case .turn(let turn): if case .index = turn.place { return true } else { return false }
        case .exchange, .conversation: return false
        }
    }

    /// - Returns: one for each judgement, on the shard of what it is about.
    static func make(
        _ said: SaidFeedback, exchange: ID<Exchange>?, from giver: Giver, at time: Date, mayWait: Bool = true
    ) -> [GivenFeedback] {
        let shard = exchange?.shard ?? said.subject.shard(in: giver.project)
        return said.judgements.enumerated().map { place, judgement in
            GivenFeedback(
                id: .new(on: shard), judgement: judgement, subject: said.subject, exchange: exchange,
                rater: said.rater, giver: giver, redaction: said.redactions[place], at: time, mayWait: mayWait)
        }
    }
}

/// A judgement as it is kept.
struct StoredFeedback: Sendable, Hashable {
    let id: ID<Feedback>
    let judgement: Judgement
    let subject: Subject
    let exchange: ID<Exchange>?
    let rater: String?
    let source: String
    let proof: Giver.Proof
    let at: Date
}

extension Subject {
    /// Where feedback lives whose exchange is not known. That of an early one is made when it moves.
    func shard(in project: ID<Project>) -> Shard {
        switch self {
        case .exchange(let id): id.shard
        case .completion: .random()
        case .turn(let turn): Shard(project: project, conversation: turn.conversation)
        case .conversation(let name): Shard(project: project, conversation: name)
        }
    }

    /// The conversation in which a turn waits for its exchange.
    var awaited: String? {
        guard case .turn(let turn) = self, case .index = turn.place else { return nil }
        return turn.conversation
    }

    /// As in SQL. Who names a completion means its exchange.
    var kind: String {
        switch self {
        case .exchange, .completion: "exchange"
        case .turn: "turn"
        case .conversation: "conversation"
        }
    }
}
