import Foundation
import GleanerCore

/// Freezes a version under the round's key; when somebody starts a round and nothing is new, the newest one is taken.
struct BuildStep: StepTaker {
    func take(_ step: LoopStep, in context: StepContext) async throws -> StepOutcome {
        let (round, document, datasets) = (context.round, context.document, context.neighbours.datasets)
        if round.startedBy != LoopEvent.itself,
            let newest = try await datasets.newest(of: document.dataset, in: context.project)
        {
            // The trigger has just seen that there is something new; a person may start one whenever they like.
            let news = try await datasets.news(
                of: document.dataset, by: document.policy, beside: newest, in: context.project)
            if news == LoopNews(added: 0) {
                return .done(
                    "Nothing is new: version \(newest.number) is taken.", made: newest.id.lowercased,
                    figures: figures(newest))
            }
        }
        let version = try await datasets.build(
            document.dataset, by: document.policy, key: round.key, author: round.author, in: context.project)
        return .done(
            "Version \(version.number): \(version.train) lines to train on, \(version.validation) to validate with, "
                + "\(version.holdout) held out.", made: version.id.lowercased, figures: figures(version))
    }

    private func figures(_ version: LoopVersion) -> [String: JSONValue] {
        [
            "dataset": .string(version.dataset), "version": .integer(Int64(version.number)),
            "train": .integer(Int64(version.train)), "validation": .integer(Int64(version.validation)),
            "holdout": .integer(Int64(version.holdout)),
        ]
    }
}
