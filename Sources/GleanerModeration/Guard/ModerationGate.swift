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

    public enum Answer: Sendable {
        /// Its calls wait for nothing.
        case none
        case gate(ProjectGate)
        /// Policies have not been read yet: ask again after `known()`.
        case notKnown
    }

    /// One look into memory.
    public func gate(for project: ID<Project>) -> Answer {
        switch policies.gate(for: project) {
        case .none: return .none
        case .notKnown: return .notKnown
        case .by(let version):
            return .gate(
                ProjectGate(
                    project: project, policy: version.policy, isSealed: version.isSealed, classifiers: classifiers,
                    recorder: recorder, metrics: metrics))
        }
    }

    /// Waits at the start until policies are known, from the file of an earlier run or the database.
    /// - Returns: whether they are.
    public func known(within limit: Duration) async -> Bool { await policies.known(from: .file, within: limit) }
}

/// The gate of one project, by the policy in force when the call began.
public struct ProjectGate: Sendable {
    let project: ID<Project>
    let policy: ModerationPolicy
    /// There is a policy, and nobody can read it: everything is unjudged.
    let isSealed: Bool
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

    /// What lets nothing pass that is not judged.
    public var isClosed: Bool { policy.blocking.onError == .closed }

    /// - Parameters:
    ///   - messages: of the request, as chat messages; `nil` when they cannot be read.
    ///   - isWhole: whether they hold all of what the request says.
    public func judge(messages: JSONValue?, isWhole: Bool = true, of exchange: ID<Exchange>) async -> Judgement {
        guard let messages, !isSealed else { return unjudged() }
        var text = ConversationText.waiting(messages, system: policy.includesSystemPrompt)
        text.isWhole = text.isWhole && isWhole
        return await judge(text, ModerationSubject(exchange: exchange, target: .prompt))
    }

    /// - Parameter answer: with its choices; `nil` when it cannot be read.
    public func judge(answer: JSONValue?, of exchange: ID<Exchange>) async -> Judgement {
        guard let answer, !isSealed else { return unjudged() }
        return await judge(
            ConversationText.answer(answer), ModerationSubject(exchange: exchange, target: .response))
    }

    /// Of what nobody here can read: files, sounds, batches.
    public func judgeUnreadable() -> Judgement { unjudged() }

    private func judge(_ whole: ConversationText.Whole, _ subject: ModerationSubject) async -> Judgement {
        guard let text = whole.text else { return whole.isWhole ? .pass : unjudged() }
        let results = await results(text, subject.target)
        recorder.keep(results.map { (subject, $0.key, $0.value) }, in: project)
        if policy.decide(subject.target, results).action == .block {
            metrics.count(.refused)
            return .refuse(policy.blocking.refusal)
        }
        // One that did not answer might have blocked, whatever the others say.
        guard whole.isWhole, policy.gaps(subject.target, results).isEmpty else { return unjudged() }
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
                    let classifier = classifiers.classifier(choice, isUrgent: true)
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
