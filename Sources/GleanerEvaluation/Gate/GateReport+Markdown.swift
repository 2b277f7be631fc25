import GleanerCore

extension GateReport {
    /// The verdict as a page.
    func markdown(candidate choice: ModelChoice, incumbent other: ModelChoice, dataset: String, version: Int) -> String
    {
        var lines = [
            "# \(Self.title(verdict))", "", "\(summary)", "",
            "Candidate \(Self.name(choice)) against incumbent \(Self.name(other)), on \(items) of the \(holdout) lines that",
            "version \(version) of dataset `\(dataset)` keeps from training. References: \(references.rawValue)"
                + " (\(answerSources.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))).",
            "", "## Rules", "",
            "| metric | must be | outcome | candidate | incumbent | difference | bounds | items |",
            "| --- | --- | --- | --- | --- | --- | --- | --- |",
        ]
        for rule in rules {
            let test =
                rule.test == .superior
                ? "better by more than \(Figures.short(rule.margin))"
                : "worse by less than \(Figures.short(rule.margin))"
            let bounds = rule.low.flatMap { low in rule.high.map { "\(Figures.signed(low)) … \(Figures.signed($0))" } }
            lines.append(
                "| \(rule.metric.rawValue) | \(test) | **\(rule.outcome.rawValue)** | \(Self.number(rule.candidateMean)) "
                    + "| \(Self.number(rule.incumbentMean)) | \(rule.estimate.map(Figures.signed) ?? "–") | \(bounds ?? "–") "
                    + "| \(rule.items) of \(rule.conversations) conversations |")
        }
        lines += [
            "",
            "Differences are above 0 where the candidate is better. Bounds are one-sided at \(Figures.short(alpha)),",
            "by resampling whole conversations. latency (ms) and cost (US dollars) are compared as logarithms: 0.69 is half or double.",
            "",
        ]
        lines += rules.map { "- \($0.metric.rawValue): \($0.why)" + Self.exact($0) }
        if let judge {
            lines += [
                "", "## Judge", "",
                "\(judge.model) at \(judge.provider), asked in both orders: candidate \(judge.candidateWins), incumbent \(judge.incumbentWins), ties \(judge.ties)",
                "(\(judge.disagreements) of them because the orders disagreed), unreadable \(judge.unreadable).",
            ]
        }
        if let people { lines += ["", "## People", "", people.words] }
        if !notes.isEmpty { lines += ["", "## Notes", ""] + notes.map { "- \($0)" } }
        if let costUSD { lines += ["", "It cost \(Figures.short(costUSD)) US dollars."] }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func title(_ verdict: GateVerdict) -> String {
        switch verdict {
        case .pass: "Passed"
        case .fail: "Refused"
        case .notEnoughData: "Not enough data"
        }
    }

    private static func name(_ choice: ModelChoice) -> String { "`\(choice.model)` at \(choice.provider)" }
    private static func number(_ value: Double?) -> String { value.map(Figures.short) ?? "–" }
    private static func exact(_ rule: RuleEvidence) -> String {
        guard let p = rule.p, let adjusted = rule.adjustedP else { return "" }
        return " McNemar's p is \(Figures.short(p)), \(Figures.short(adjusted)) among all shares."
    }
}
