import GleanerCore

/// Gives the candidate to the route as a variant of its own, and starts a canary that decides by itself who takes over.
struct CanaryStep: StepTaker {
    func take(_ step: LoopStep, in context: StepContext) async throws -> StepOutcome {
        guard let choice = context.document.canary else { return .skipped("The loop has no such step.") }
        let (canaries, routes, project) = (context.neighbours.canaries, context.neighbours.variants, context.project)
        // Nobody else's variant is called so: a canary of that name is this round's.
        let name = context.round.variant(step)
        if let canary = try await canaries.canary(of: name, on: choice.route, in: project) { return follow(canary) }
        guard var candidate = context.candidate() else { return .skipped("There is no candidate.") }
        // An edit of the route would stop a canary that runs there.
        if try await canaries.isBusy(choice.route, in: project) { return waiting(choice) }
        guard
            let incumbent = try await routes.variant(
                choice.incumbent, of: choice.route, besides: name, in: project)
        else {
            return .holds(.refused, "Route \(choice.route) has no variant whose traffic the candidate could take.")
        }
        candidate.parameters = incumbent.model.parameters
        let note = "candidate of \(context.round.author), round \(context.round.number)"
        let isThere = try await routes.add(
            name, of: context.round.family, asking: candidate, to: choice.route, note: note, in: project)
        guard isThere else {
            return .holds(.refused, "Route \(choice.route) has a variant \(name) already, which asks another model.")
        }
        let gate = context.round[.gate].flatMap { $0.state == .done ? $0.made : nil }
        let order = LoopCanaryOrder(
            route: choice.route, candidate: name, incumbent: incumbent.name, plan: choice.plan, evaluation: gate)
        guard let canary = try await canaries.start(order, by: context.round.author, in: project) else {
            return waiting(choice)
        }
        return follow(canary)
    }

    private func waiting(_ choice: LoopDocument.CanaryChoice) -> StepOutcome {
        .waits("Another canary has route \(choice.route); this one begins when it is over.")
    }

    private func follow(_ canary: LoopCanary) -> StepOutcome {
        switch canary.state {
        case .running(let words): .waits(words, made: canary.id)
        case .promoted: .done("Promoted: all traffic is the candidate's.", made: canary.id)
        case .rolledBack: .failed("Rolled back: the candidate takes no traffic.", made: canary.id)
        case .ended: .done("A person ended the canary and left the route as it was.", made: canary.id)
        }
    }
}
