public import GleanerCore
public import GleanerEvaluation
public import GleanerReview

/// The reviewers of pairs, for the gate: side a is the candidate's.
public struct ComparingReviewers: PairwiseReview {
    private let pairs: GatePairs

    public init(pairs: GatePairs) { self.pairs = pairs }

    public func offer(
        _ offered: [OfferedPair], of evaluation: ID<Evaluation>, in project: ID<Project>
    ) async throws {
        let offered = offered.map {
            GatePair(
                line: $0.line, exchange: $0.exchange, messages: $0.messages,
                names: (a: $0.candidate.name, b: $0.incumbent.name),
                answers: (a: $0.candidate.answer, b: $0.incumbent.answer))
        }
        try await pairs.offer(offered, of: evaluation.uuid, in: project)
    }

    public func verdicts(of evaluation: ID<Evaluation>, in project: ID<Project>) async throws -> PeopleVerdicts {
        let said = try await pairs.verdicts(of: evaluation.uuid, in: project)
        return PeopleVerdicts(
            preferred: said.preferred.mapValues { $0 == "a" ? .candidate : $0 == "b" ? .incumbent : .tie },
            offered: said.offered, open: said.open)
    }

    public func close(_ evaluation: ID<Evaluation>, in project: ID<Project>) async throws {
        try await pairs.close(evaluation.uuid, in: project)
    }
}
