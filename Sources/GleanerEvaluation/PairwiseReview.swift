public import GleanerCore

/// Reviewers who compare two answers without knowing whose they are.
public protocol PairwiseReview: Sendable {
    /// Offers pairs to them; those of an evaluation's lines that were offered before stay as they are.
    func offer(_ pairs: [OfferedPair], of evaluation: ID<Evaluation>, in project: ID<Project>) async throws
    /// What they said so far.
    func verdicts(of evaluation: ID<Evaluation>, in project: ID<Project>) async throws -> PeopleVerdicts
    /// Offers no more of them.
    func close(_ evaluation: ID<Evaluation>, in project: ID<Project>) async throws
}

/// Both answers to one line of the holdout.
public struct OfferedPair: Sendable {
    public let line: Int
    public let exchange: ID<Exchange>
    /// What both were asked.
    public let messages: [JSONValue]
    public let candidate: (name: String, answer: String)
    public let incumbent: (name: String, answer: String)
}

public enum PeoplePreference: String, Sendable, Hashable {
    case candidate, incumbent, tie

    /// Above 0: the candidate is the better one.
    var gain: Double {
        switch self {
        case .candidate: 1
        case .incumbent: -1
        case .tie: 0
        }
    }
}

/// What reviewers said of an evaluation's pairs.
public struct PeopleVerdicts: Sendable, Hashable {
    /// By line of the holdout.
    public var preferred: [Int: PeoplePreference]
    public var offered: Int
    /// Of those offered, how many nobody has judged or skipped.
    public var open: Int

    public init(preferred: [Int: PeoplePreference] = [:], offered: Int = 0, open: Int = 0) {
        self.preferred = preferred
        self.offered = offered
        self.open = open
    }
}

/// Nobody is there to be asked.
public struct NoPeople: PairwiseReview {
    public init() {}
    public func offer(_ pairs: [OfferedPair], of evaluation: ID<Evaluation>, in project: ID<Project>) async throws {}
    public func verdicts(of evaluation: ID<Evaluation>, in project: ID<Project>) async throws -> PeopleVerdicts {
        PeopleVerdicts()
    }
    public func close(_ evaluation: ID<Evaluation>, in project: ID<Project>) async throws {}
}
