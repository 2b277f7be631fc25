public import GleanerCore

/// Judges what a call must not go on without: prompts before they are sent, answers before they are shown.
public struct ModerationGate: Sendable {
    private let policies: CurrentPolicies
    private let classifiers: Classifiers
    private let recorder: GateRecorder
    private let metrics: ModerationMetrics

    public init(
        policies: CurrentPolicies, classifiers: Classifiers, recorder: GateRecorder, metrics: ModerationMetrics
    ) {
        self.policies = policies
        self.classifiers = classifiers
        self.recorder = recorder
        self.metrics = metrics
    }

    /// `nil` for a project whose calls wait for nothing: one look into memory.
    public func gate(for project: ID<Project>) -> ProjectGate? {
        guard let version = policies.blocking(project) else { return nil }
        return ProjectGate(
            project: project, policy: version.policy, classifiers: classifiers, recorder: recorder, metrics: metrics)
    }
}

/// The gate of one project, by the policy in force when the call began.
public struct ProjectGate: Sendable {
    let project: ID<Project>
    let policy: ModerationPolicy
    let classifiers: Classifiers
    let recorder: GateRecorder
    let metrics: ModerationMetrics

    public enum Judgement: Sendable, Hashable {
        case pass
        /// What it says is not allowed; with the text for the end user.
        case refuse(String)
        /// Not judged in time, and the policy refuses that.
        case refuseUnjudged(String)
    }

    public func blocks(_ target: ModerationTarget) -> Bool { policy.blocks(target) }

    /// - Parameter messages: of the request, as chat messages; `nil` when they cannot be read.
    public func judge(messages: JSONValue?, of exchange: ID<Exchange>) async -> Judgement {
        guard let messages else { return unjudged() }
        let text = ConversationText.prompt(messages, system: policy.includesSystemPrompt)
        return await judge(text, ModerationSubject(exchange: exchange, target: .prompt))
    }

    /// - Parameter answer: with its choices; `nil` when it cannot be read.
    public func judge(answer: JSONValue?, of exchange: ID<Exchange>) async -> Judgement {
        guard let answer else { return unjudged() }
        return await judge(
            ConversationText.response(answer), ModerationSubject(exchange: exchange, target: .response))
    }

    private func judge(_ text: String?, _ subject: ModerationSubject) async -> Judgement {
        guard let text else { return .pass }
        let results = await results(text, subject.target)
        recorder.keep(results.map { (subject, $0.key, $0.value) }, in: project)
        if policy.decide(subject.target, results).action == .block {
            metrics.count(.refused)
            return .refuse(policy.blocking.refusal)
        }
        // One that did not answer might have blocked, whatever the others say.
        guard policy.gaps(subject.target, results).isEmpty else { return unjudged() }
        metrics.count(.passed)
        return .pass
    }

    private func unjudged() -> Judgement {
        switch policy.blocking.onError {
        case .open:
            metrics.count(.failedOpen)
            return .pass
        case .closed:
            metrics.count(.failedClosed)
            return .refuseUnjudged(policy.blocking.refusal)
        }
    }

    /// All classifiers side by side; those that have not answered in time are left behind.
    private func results(_ text: String, _ target: ModerationTarget) async -> [String: Classification] {
        let timeout = policy.blocking.timeout
        let choices = policy.classifiers(of: target)
        return await withTaskGroup(of: (String, Classification)?.self) { group in
            for choice in choices {
                group.addTask {
                    let classifier = classifiers.classifier(choice)
                    guard let answer = await classifier.classify([text], within: min(choice.timeout, timeout)).first
                    else { return nil }
                    return (choice.name, answer)
                }
            }
            group.addTask {
                try? await Task.sleep(for: timeout)
                return nil
            }
            var results: [String: Classification] = [:]
            while results.count < choices.count, let next = await group.next() {
                guard let (name, result) = next else { break }
                results[name] = result
            }
            group.cancelAll()
            for choice in choices where results[choice.name] == nil {
                results[choice.name] = .failed(.timedOut, after: timeout)
            }
            return results
        }
    }
}
