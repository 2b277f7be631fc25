import GleanerCore

/// Measures the tuned model against the incumbent on what was held out.
struct GateStep: StepTaker {
    func take(_ step: LoopStep, in context: StepContext) async throws -> StepOutcome {
        guard let choice = context.document.gate else { return .skipped("The loop has no such step.") }
        let gate = context.neighbours.gate
        let key = "\(context.round.key):\(step.attempt)"
        if let evaluation = try await gate.evaluation(under: key, in: context.project) { return follow(evaluation) }
        guard var candidate = context.candidate() else { return .skipped("There is no candidate.") }
        guard let incumbent = try await incumbent(choice.incumbent, context) else {
            return .holds(.refused, "The route has no variant that the candidate could be measured against.")
        }
        // Only the model differs: it is asked as it would be on its route.
        candidate.parameters = incumbent.parameters
        let order = LoopGateOrder(
            version: try await context.version(), candidate: candidate, incumbent: incumbent, policy: choice.policy)
        if step.key != key {
            let usd = try await gate.estimate(order, in: context.project)
            let question = step.allowedBy == nil ? question(usd, choice.spending) : nil
            if let (hold, words) = question { return .holds(hold, words) }
            return .intends(.init(key: key, usd: usd))
        }
        return follow(
            try await gate.start(order, key: key, by: context.round.author, in: context.project))
    }

    private func incumbent(_ incumbent: LoopDocument.Incumbent, _ context: StepContext) async throws -> LoopModel? {
        switch incumbent {
        case .model(let document): return try context.neighbours.gate.model(document)
        case .route(let route, let variant):
            return try await context.neighbours.variants.variant(
                variant, of: route, besides: context.round.variant(nil), in: context.project)?.model
        }
    }

    private func question(_ usd: Double?, _ spending: LoopDocument.Spending) -> (LoopStep.Hold, String)? {
        guard let usd else {
            if spending.ifPriceUnknown == .go { return nil }
            return (
                .priceUnknown,
                "What the models' answers cost is not known: `gleaner prices` says it. To continue is to agree to that."
            )
        }
        guard let limit = spending.maximumUSD, usd > limit else { return nil }
        return (
            .aboveLimit,
            "About \(Amount.dollars(usd)), and the gate may spend \(Amount.dollars(limit)). To continue is to agree to it."
        )
    }

    private func follow(_ evaluation: LoopEvaluation) -> StepOutcome {
        switch evaluation.state {
        case .running(let words): .waits(words, made: evaluation.id)
        case .passed(let summary): .done(summary, made: evaluation.id)
        case .refused(let summary): .failed(summary, made: evaluation.id)
        case .undecided(let summary):
            .holds(
                .undecided, "\(summary) To continue is to measure again, to skip is to go on without a gate.",
                made: evaluation.id)
        case .failed(let why):
            .holds(
                .undecided, "It could not be measured: \(why). To continue is to measure again.", made: evaluation.id)
        }
    }
}
