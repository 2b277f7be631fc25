import GleanerCore

/// Waits for people to let the version out: at least one where the loop wants that, and those its own policy asks for.
struct ApproveStep: StepTaker {
    func take(_ step: LoopStep, in context: StepContext) async throws -> StepOutcome {
        let version = try await context.version()
        let needed = max(context.document.wantsApproval ? 1 : 0, version.approvalsNeeded)
        guard needed > 0 else { return .skipped("No approval is asked for.") }
        let figures: [String: JSONValue] = [
            "approvals": .integer(Int64(version.approvals)), "needed": .integer(Int64(needed)),
        ]
        guard version.approvals >= needed else {
            return .waits(
                "Waits for \(needed - version.approvals) of \(needed) approvals of \(version.dataset) "
                    + "version \(version.number).")
        }
        return .done("\(version.approvals) approved.", figures: figures)
    }
}
