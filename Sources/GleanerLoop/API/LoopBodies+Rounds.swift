import Foundation
import GleanerCore
public import Hummingbird

extension LoopBodies {
    public struct Round: Encodable, Sendable, ResponseEncodable {
        let round: LoopRound

        public init(_ round: LoopRound) { self.round = round }

        enum CodingKeys: String, CodingKey {
            case id, loop, number, version, state, reason, why, steps
            case startedBy = "started_by"
            case cancelBy = "cancelled_by"
            case createdAt = "created_at"
            case finishedAt = "finished_at"
        }

        public func encode(to encoder: any Encoder) throws {
            var members = encoder.container(keyedBy: CodingKeys.self)
            try members.encode(round.id, forKey: .id)
            try members.encode(round.loopName, forKey: .loop)
            try members.encode(round.number, forKey: .number)
            try members.encode(round.version, forKey: .version)
            try members.encode(round.state, forKey: .state)
            try members.encode(round.reason, forKey: .reason)
            try members.encode(round.startedBy, forKey: .startedBy)
            try members.encode(round.why, forKey: .why)
            try members.encode(round.cancelBy, forKey: .cancelBy)
            try members.encode(round.createdAt, forKey: .createdAt)
            try members.encode(round.finishedAt, forKey: .finishedAt)
            try members.encode(round.steps.map(Step.init), forKey: .steps)
        }
    }

    struct Step: Encodable, Sendable {
        let step: LoopStep

        enum CodingKeys: String, CodingKey {
            case step, state, code, reason, attempt, made, usd, figures
            case allowedBy = "allowed_by"
            case startedAt = "started_at"
            case finishedAt = "finished_at"
        }

        func encode(to encoder: any Encoder) throws {
            var members = encoder.container(keyedBy: CodingKeys.self)
            try members.encode(step.name, forKey: .step)
            try members.encode(step.state, forKey: .state)
            try members.encode(step.code, forKey: .code)
            try members.encode(step.reason, forKey: .reason)
            try members.encode(step.attempt, forKey: .attempt)
            try members.encode(step.made, forKey: .made)
            try members.encode(step.usd, forKey: .usd)
            try members.encode(step.figures, forKey: .figures)
            try members.encode(step.allowedBy, forKey: .allowedBy)
            try members.encode(step.startedAt, forKey: .startedAt)
            try members.encode(step.finishedAt, forKey: .finishedAt)
        }
    }

    public struct Rounds: Encodable, Sendable, ResponseEncodable {
        let rounds: [Round]
        /// Pass as `before` for the next page; `null` on the last one.
        let next: ID<LoopRound>?

        public init(_ rounds: [LoopRound], limit: Int) {
            self.rounds = rounds.map(Round.init)
            next = rounds.count == limit ? rounds.last?.id : nil
        }
    }

    public struct Event: Encodable, Sendable {
        let id: ID<LoopEvent>
        let round: ID<LoopRound>?
        let step: LoopStep.Name?
        let kind: LoopEvent.Kind
        let actor: String
        let why: String
        let at: Date

        public init(_ event: LoopEvent) {
            id = event.id
            round = event.round
            step = event.step
            kind = event.kind
            actor = event.actor
            why = event.why
            at = event.at
        }
    }

    public struct Events: Encodable, Sendable, ResponseEncodable {
        let events: [Event]
        public init(_ events: [LoopEvent]) { self.events = events.map(Event.init) }
    }
}
