import Foundation

/// What decides whether a version may leave, as the database has it now.
struct ExportStanding: Sendable {
    let kind: DatasetKind
    let approvalsNeeded: Int
    let approvals: Int
    /// Why it was withdrawn, and the number of the version that replaces it.
    let withdrawn: (reason: String, replacedBy: Int?)?
    /// Lines that an erasure has taken out since the build.
    let erasedExamples: Int
    /// Those that have a line.
    let splits: Set<String>

    /// - Throws: `ExportError`.
    func check(_ version: DatasetVersion, _ format: ExportFormat, wantsHoldout: Bool) throws(ExportError) {
        if let withdrawn {
            throw .withdrawn(
                dataset: version.dataset, version: version.number, reason: withdrawn.reason,
                replacedBy: withdrawn.replacedBy)
        }
        guard approvals >= approvalsNeeded else {
            throw .notApproved(
                dataset: version.dataset, version: version.number, needed: approvalsNeeded, given: approvals)
        }
        guard format.kinds.contains(kind) else { throw .formatUnfit(format, kind) }
        if wantsHoldout, !splits.contains("holdout") {
            throw .noHoldout(dataset: version.dataset, version: version.number)
        }
    }

}
