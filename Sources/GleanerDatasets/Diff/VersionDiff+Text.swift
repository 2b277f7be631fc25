import Foundation

extension VersionDiff {
    /// For a terminal.
    public var text: String {
        var lines = ["\(dataset): version \(from) → \(to)"]
        lines.append(
            "  \(added) added, \(gone) gone, \(changed) changed, \(moved) on another side, \(same) as they were")
        if !policyChanges.isEmpty { lines.append("  policy: \(policyChanges.joined(separator: ", ")) changed") }
        for (name, drift) in [("languages", languages), ("answers", answerSources), ("models", models)] {
            guard drift.shifts.contains(where: { $0.before != $0.after }) else { continue }
            let verdict = drift.psi > drift.psiByChance ? "more than chance" : "within chance"
            lines.append("  \(name): PSI \(Self.number(drift.psi)), \(verdict) (\(Self.number(drift.psiByChance)))")
            for shift in drift.shifts.prefix(6) {
                lines.append("    \(shift.value): \(Self.percent(shift.before)) → \(Self.percent(shift.after))")
            }
        }
        for surge in surges {
            lines.append(
                "  ! \"\(surge.phrase)\" in \(surge.after) answers, \(surge.before) before; \(surge.endUsers) end users"
            )
        }
        for (sign, part) in [("+", addedLines), ("-", goneLines), ("~", changedLines)] {
            for line in part {
                lines.append(
                    "  \(sign) \(line.split) \(line.id)  \(line.prompt.prefix(60)) → \(line.answer.prefix(80))")
            }
        }
        return lines.joined(separator: "\n")
    }

    private static func number(_ value: Double) -> String { String(format: "%.3f", value) }
    private static func percent(_ share: Double) -> String { String(format: "%.1f %%", share * 100) }
}
