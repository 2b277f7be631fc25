import Foundation
import GleanerCore
import GleanerJobs

/// Takes one round on, from wherever it was left, as far as it goes now.
///
/// Between any two lines the process may die: what a step makes at others is made under a key that was written down
/// before, so that whoever takes the round up finds it instead of making another.
struct RoundRun: Sendable {
    /// More than the steps of a round, with a key and a person's word for each.
    private static let mostMoves = 100

    let id: ID<LoopRound>
    let project: ID<Project>
    let store: PostgresLoopStore
    let neighbours: LoopNeighbours
    let running: RunningJob
    /// Until what others are at is looked at again.
    let pause: Duration

    /// Returns when the round is over.
    /// - Throws: `JobFailure.later` while it waits for somebody.
    func go() async throws {
        for _ in 0..<Self.mostMoves {
            try Task.checkCancellation()
            guard let work = try await store.work(id, of: project) else {
                throw JobFailure.permanent(reason: "the round is gone")
            }
            guard work.round.state == .running else { return }
            switch work.machine.next {
            case .take(let name): try await take(name, work)
            case .skip(let name, let why): try await store.note(.skipped(why), name, of: work.round, holding: running)
            case .rest(let why): throw JobFailure.later(after: pause, reason: why)
            case .cancel: return try await cancel(work)
            case .end(let state, let why):
                return try await store.end(work.round, state, why: why, by: LoopEvent.itself, holding: running)
            }
        }
        throw JobFailure.later(after: pause, reason: "it was taken on often enough for now")
    }

    private func take(_ name: LoopStep.Name, _ work: RoundWork) async throws {
        guard let step = work.round[name] else { return }
        if step.state == .waiting {
            // Read again: somebody may have held it.
            return try await store.begin(name, of: work.round, holding: running)
        }
        let outcome = try await outcome(step, work)
        try await store.note(outcome, name, of: work.round, holding: running)
        if case .waits(let why, _) = outcome { throw JobFailure.later(after: pause, reason: why) }
    }

    private func outcome(_ step: LoopStep, _ work: RoundWork) async throws -> StepOutcome {
        let context = StepContext(
            round: work.round, document: work.document, owner: work.owner, neighbours: neighbours,
            spentThisMonth: { [store] in try await store.spentThisMonth(besides: work.round) })
        do {
            return try await step.name.taker.take(step, in: context)
        } catch let fault as RoundFault {
            return .failed(fault.words)
        } catch let error as JobError {
            throw error
        } catch let error as any Explained where (400..<500).contains(error.explanation.status) {
            let explanation = error.explanation
            return .holds(.refused, explanation.sentences)
        }
    }

    /// A fine-tune costs money until it is stopped. A gate ends by itself, and a canary has its own word.
    private func cancel(_ work: RoundWork) async throws {
        let person = work.round.cancelBy ?? LoopEvent.itself
        if let key = work.round[.tune]?.key, let job = try await neighbours.tuner.job(confirmed: key, in: project),
            case .running = job.state
        {
            do {
                try await neighbours.tuner.cancel(job.id, by: person, in: project)
            } catch let error as any Explained where (400..<500).contains(error.explanation.status) {
                // It was quicker with another end.
            }
        }
        try await store.end(
            work.round, .cancelled, why: "Cancelled by \(person).", by: LoopEvent.itself, holding: running)
    }
}

/// A round with what it goes by.
struct RoundWork: Sendable {
    let round: LoopRound
    let document: LoopDocument
    let owner: String
    let isPaused: Bool

    var machine: RoundMachine { RoundMachine(document: document, round: round, isPaused: isPaused) }
}
