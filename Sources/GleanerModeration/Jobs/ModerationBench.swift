import Foundation
import GleanerCore

/// Judges texts by a policy: asks the classifiers that have not answered yet, and decides.
struct ModerationBench: Sendable {
    typealias Text = ModerationStore.Text

    let classifiers: Classifiers
    let now: @Sendable () -> Date

    /// What came of it.
    struct Outcome: Sendable {
        var batch = ModerationStore.Batch()
        /// The decision in force of every text, old or new.
        var standing: [ModerationSubject: StoredDecision] = [:]
        /// Classifiers that gave no answer, and why the last of them did not.
        var failures: [String: Classification.Failure] = [:]
    }

    /// - Parameter known: results and decisions that are stored already; what is there is not asked for again.
    func judge(_ texts: [Text], by version: PolicyVersion, known: ModerationStore.Known) async -> Outcome {
        var outcome = Outcome()
        var results = known.results
        for choice in version.policy.classifiers {
            let asked = texts.filter { text in
                text.text != nil && choice.targets.contains(text.subject.target)
                    && !isAnswered(results[text.subject]?[choice.name], choice)
            }
            guard !asked.isEmpty else { continue }
            let answers = await classifiers.classifier(choice, isUrgent: false).classify(
                asked.map { $0.text ?? "" }, within: choice.timeout)
            for (text, answer) in zip(asked, answers) {
                let before = results[text.subject]?[choice.name]
                if let failure = answer.failure { outcome.failures[choice.name] = failure }
                // The same failure again says nothing new.
                if answer.status != .ok, before?.failure == answer.failure { continue }
                results[text.subject, default: [:]][choice.name] = answer
                outcome.batch.results.append((text.subject, choice.name, answer))
            }
        }
        outcome.batch.firsts = Set(texts.map(\.subject.exchange)).subtracting(
            Set(known.results.keys.map(\.exchange)).union(known.decisions.keys.map(\.exchange)))
        for text in texts {
            let verdict =
                text.text == nil
                ? ModerationPolicy.Verdict(action: .unknown, categories: [], reason: "unreadable")
                : version.policy.decide(text.subject.target, results[text.subject] ?? [:])
            decide(text.subject, verdict, version, before: known.decisions[text.subject], into: &outcome)
        }
        return outcome
    }

    /// Adds a decision where it differs from the one in force. A person's stands, and a newer policy's.
    func decide(
        _ subject: ModerationSubject, _ verdict: ModerationPolicy.Verdict, _ version: PolicyVersion,
        before: StoredDecision?, into outcome: inout Outcome
    ) {
        if let before,
            before.actor != nil || before.policyVersion > version.version || before.verdict.isSame(as: verdict)
        {
            outcome.standing[subject] = before
            return
        }
        let decision = StoredDecision(
            id: .new(on: subject.exchange.shard), subject: subject, policyVersion: version.version, verdict: verdict,
            actor: nil, at: now())
        outcome.batch.decisions.append(decision)
        outcome.standing[subject] = decision
    }

    private func isAnswered(_ result: Classification?, _ choice: ModerationPolicy.Choice) -> Bool {
        guard let result, result.status == .ok else { return false }
        // Lists and patterns of another release may find other things, and cost nothing.
        return !choice.isRules || result.model == RuleClassifier.model
    }
}

extension ModerationPolicy.Verdict {
    /// Whether it comes to the same; how it is put does not count.
    func isSame(as other: Self) -> Bool { action == other.action && categories == other.categories }
}
