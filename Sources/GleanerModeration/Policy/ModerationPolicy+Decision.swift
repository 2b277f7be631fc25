extension ModerationPolicy {
    /// What follows from the results of one target.
    public struct Verdict: Sendable, Hashable {
        public let action: ModerationAction
        /// Those that reached their threshold, worst first, at most 16.
        public let categories: [String]
        /// In a word of ours: `self-harm/intent 0.95 rules`, `guard timed_out`, `clean`.
        public let reason: String

        public init(action: ModerationAction, categories: [String], reason: String) {
            self.action = action
            self.categories = categories
            self.reason = reason
        }
    }

    /// Decides from stored results alone; asks nobody.
    /// - Parameter results: the newest of each classifier, by its name; those of other policies are passed over.
    public func decide(_ target: ModerationTarget, _ results: [String: Classification]) -> Verdict {
        var hits: [(category: String, score: Double, action: ModerationAction, classifier: String)] = []
        for choice in classifiers(of: target) {
            guard let result = results[choice.name], result.status == .ok else { continue }
            for (category, score) in result.scores {
                guard let rule = rule(for: category), rule.targets.contains(target), rule.action != .allow,
                    score >= rule.threshold
                else { continue }
                hits.append((category, score, rule.action, choice.name))
            }
        }
        let gaps = gaps(target, results)
        hits.sort { ($1.action, $1.score, $0.category) < ($0.action, $0.score, $1.category) }
        guard let worst = hits.first else {
            return gaps.isEmpty
                ? Verdict(action: .allow, categories: [], reason: "clean")
                : Verdict(action: .unknown, categories: [], reason: Self.short(gaps.joined(separator: ", ")))
        }
        var categories: [String] = []
        for hit in hits where !categories.contains(hit.category) && categories.count < 16 {
            categories.append(hit.category)
        }
        let score = (worst.score * 1000).rounded() / 1000
        return Verdict(
            action: worst.action, categories: categories,
            reason: Self.short("\(worst.category) \(score) \(worst.classifier)"))
    }

    /// What the policy wants to know of a target and nobody has said; each in a word of ours.
    func gaps(_ target: ModerationTarget, _ results: [String: Classification]) -> [String] {
        classifiers(of: target).flatMap { choice -> [String] in
            guard let result = results[choice.name], result.status == .ok else {
                return ["\(choice.name) \(results[choice.name]?.failure?.rawValue ?? "not_asked")"]
            }
            // Not judged is not clean: only for a category that the policy asks for by name.
            return result.missing.filter { rules[$0]?.targets.contains(target) == true }
                .map { "\(choice.name) did not judge \($0)" }
        }
    }

    private static func short(_ text: String) -> String { String(text.prefix(200)) }
}
