import GleanerCore

/// Looks at what changed since the version before; beyond the limits a person must.
struct CompareStep: StepTaker {
    func take(_ step: LoopStep, in context: StepContext) async throws -> StepOutcome {
        guard let limits = context.document.compare else { return .skipped("The loop has no such step.") }
        let version = try await context.version()
        guard let seen = try await context.neighbours.datasets.compare(version, in: context.project) else {
            return .skipped("There is no version before it.")
        }
        let beyond = limits.beyond(seen)
        let words = "Against version \(seen.from): \(seen.added) added, \(seen.gone) gone, \(seen.changed) changed."
        guard beyond.isEmpty || step.allowedBy != nil else {
            return .holds(.compareLimit, "\(words) \(beyond.joined(separator: " "))", figures: figures(seen))
        }
        return .done(words, figures: figures(seen))
    }

    private func figures(_ seen: LoopComparison) -> [String: JSONValue] {
        [
            "from": .integer(Int64(seen.from)), "before": .integer(Int64(seen.before)),
            "added": .integer(Int64(seen.added)), "gone": .integer(Int64(seen.gone)),
            "changed": .integer(Int64(seen.changed)), "length_psi": .number(seen.lengthPSI),
            "length_psi_by_chance": .number(seen.lengthPSIByChance), "language_psi": .number(seen.languagePSI),
            "language_psi_by_chance": .number(seen.languagePSIByChance), "surges": .integer(Int64(seen.surges)),
        ]
    }
}

extension LoopDocument.CompareChoice {
    /// One sentence for each limit that was passed.
    func beyond(_ seen: LoopComparison) -> [String] {
        var words: [String] = []
        let gone = seen.before > 0 ? Double(seen.gone) / Double(seen.before) : 0
        if gone > maximumGoneShare {
            words.append("\(Amount.percent(gone)) of its lines are gone; \(Amount.percent(maximumGoneShare)) may be.")
        }
        for (name, psi, chance, limit) in [
            ("Lengths", seen.lengthPSI, seen.lengthPSIByChance, maximumLengthPSI),
            ("Languages", seen.languagePSI, seen.languagePSIByChance, maximumLanguagePSI),
        ] where psi > limit && psi > chance {
            words.append("\(name) moved by a PSI of \(Amount.rounded(psi)); \(Amount.rounded(limit)) may be.")
        }
        if seen.surges > maximumSurges {
            words.append(
                "\(seen.surges) phrases came up in many answers at once; \(maximumSurges) may: read them in the diff.")
        }
        return words
    }
}
