public import Foundation
public import GleanerCore

/// Something that was decided over a loop: one row of `loop_events`.
public struct LoopEvent: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable, Codable {
        case put, pause, resume, start, begin, hold, skip, cancel, done, fail, end
        case goOn = "continue"
    }
    /// Who acts where nobody else does.
    public static let itself = "gleaner"

    public let id: ID<LoopEvent>
    public let round: ID<LoopRound>?
    public let step: LoopStep.Name?
    public let kind: Kind
    public let actor: String
    public let why: String
    public let at: Date
}

/// An event on its way into the table.
struct NewLoopEvent: Sendable {
    var kind: LoopEvent.Kind
    var actor = LoopEvent.itself
    var why: String
    var round: ID<LoopRound>?
    var step: LoopStep.Name?
}
