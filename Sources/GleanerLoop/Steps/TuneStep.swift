import GleanerCore

/// Has a model learn the version, once, within what the owner agreed to ahead.
///
/// The confirmation of an estimate is written down before it is used, and used again it starts nothing: whoever takes the
/// step up finds the job that it started, or starts that one.
struct TuneStep: StepTaker {
    func take(_ step: LoopStep, in context: StepContext) async throws -> StepOutcome {
        guard let choice = context.document.tune else { return .skipped("The loop has no such step.") }
        let tuner = context.neighbours.tuner
        if let key = step.key, let job = try await tuner.job(confirmed: key, in: context.project) {
            return follow(job)
        }
        let order = LoopTuningOrder(version: try await context.version(), choice: choice)
        if let key = step.key {
            let agreed = step.allowedBy ?? "\(context.round.author), agreed ahead by \(context.owner)"
            if let job = try await tuner.start(order, confirm: key, by: agreed, in: context.project) {
                return follow(job)
            }
            // What was agreed to is something else by now: it is estimated again.
        }
        let estimate = try await tuner.estimate(order, in: context.project)
        let asking = StepOutcome.Asking(key: estimate.confirm, usd: estimate.usd)
        if let (hold, words) = try await question(estimate, choice, context) {
            return .holds(
                hold, words, asking: asking, figures: ["billed_tokens": .integer(Int64(estimate.billedTokens))])
        }
        return .intends(asking)
    }

    /// What somebody must say first; `nil` when the owner said it.
    private func question(
        _ estimate: LoopTuningEstimate, _ choice: LoopDocument.TuneChoice, _ context: StepContext
    ) async throws -> (LoopStep.Hold, String)? {
        guard let usd = estimate.usd else {
            if choice.spending.ifPriceUnknown == .go { return nil }
            return (
                .priceUnknown,
                "What training of \(choice.baseModel) costs is not known: `gleaner tune price` says it; "
                    + "\(estimate.billedTokens) tokens would be billed. To continue is to agree to that."
            )
        }
        guard let limit = choice.spending.maximumUSD, usd <= limit else {
            let limit = choice.spending.maximumUSD.map { "the loop may spend \(Amount.dollars($0)) a round" }
            return (
                .aboveLimit,
                "About \(Amount.dollars(usd)), and \(limit ?? "the loop may spend nothing without asking"). "
                    + "To continue is to agree to it."
            )
        }
        guard let monthly = choice.maximumUSDPerMonth else { return nil }
        let spent = try await context.spentThisMonth()
        guard spent + usd > monthly else { return nil }
        return (
            .aboveMonth,
            "About \(Amount.dollars(usd)) besides \(Amount.dollars(spent)) of this month, and the loop may spend "
                + "\(Amount.dollars(monthly)) a month. To continue is to agree to it."
        )
    }

    private func follow(_ job: LoopTuningJob) -> StepOutcome {
        switch job.state {
        case .running(let words): .waits(words, made: job.id)
        case .succeeded(let model): .done("The model is \(model).", made: job.id, figures: ["model": .string(model)])
        case .failed(let why): .failed(why, made: job.id)
        case .cancelled(let person): .failed("The fine-tune was cancelled by \(person ?? "somebody").", made: job.id)
        }
    }
}
