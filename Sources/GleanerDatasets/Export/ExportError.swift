public import GleanerCore

/// Why a version may not leave, or not in this way.
public enum ExportError: Explained, Hashable {
    case formatUnknown(String)
    case formatUnfit(ExportFormat, DatasetKind)
    case notApproved(dataset: String, version: Int, needed: Int, given: Int)
    case withdrawn(dataset: String, version: Int, reason: String, replacedBy: Int?)
    case holdoutOverlap(split: String, line: Int, others: Int)
    case splitOverlap(line: Int, others: Int)
    case nothingFits(ExportFormat, leftOut: [String: Int])
    case noHoldout(dataset: String, version: Int)
    case underWay(path: String)

    /// Whether another try later may fare better.
    public var passes: Bool { if case .underWay = self { true } else { false } }

    public var explanation: Explanation {
        switch self {
        case .formatUnknown(let name):
            Explanation(
                status: 400, code: "export_format_unknown", what: "There is no format `\(name.prefix(64))`.",
                why: "Formats are \(Self.list(ExportFormat.allCases)).", fix: "Choose one of these.")
        case .formatUnfit(let format, let kind):
            Explanation(
                status: 400, code: "export_format_unfit",
                what: "\(format.rawValue) cannot hold a version of kind \(kind.rawValue).",
                why: "It needs \(format.kinds.map(\.rawValue).sorted().joined(separator: " or ")).",
                fix: "Formats that fit: \(Self.list(ExportFormat.fitting(kind))).")
        case .notApproved(let dataset, let version, let needed, let given):
            Explanation(
                status: 409, code: "dataset_not_approved",
                what: "Version \(version) of dataset `\(dataset)` is not approved: \(given) of \(needed).",
                why: "Nothing leaves before \(needed) people other than its builder have looked at it.",
                fix: "Have somebody look at it and approve it, then export again.")
        case .withdrawn(let dataset, let version, let reason, let replacedBy):
            Explanation(
                status: 409, code: "dataset_withdrawn",
                what: "Version \(version) of dataset `\(dataset)` has been withdrawn.", why: "It says: \(reason).",
                fix: replacedBy.map { "Export version \($0), which was built without what had to go." }
                    ?? "Build the dataset anew and export that version.")
        case .holdoutOverlap(let split, let line, let others):
            Explanation(
                status: 409, code: "export_holds_holdout",
                what: "Line \(line) of \(split) stands in the project's holdout, too\(Self.more(others)).",
                why: "A model that learnt its test measures nothing.",
                fix: "Build a new version: a build keeps what is held out on its side.")
        case .splitOverlap(let line, let others):
            Explanation(
                status: 409, code: "export_splits_overlap",
                what: "Line \(line) of validation stands in train, too\(Self.more(others)).",
                why: "A row that was learnt measures nothing.", fix: "Build a new version.")
        case .nothingFits(let format, let leftOut):
            Explanation(
                status: 422, code: "export_empty", what: "No training example can be written as \(format.rawValue).",
                why: leftOut.isEmpty
                    ? "The version has none."
                    : "Left out: \(leftOut.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")).",
                fix: "Choose another format.")
        case .noHoldout(let dataset, let version):
            Explanation(
                status: 409, code: "export_without_holdout",
                what: "Version \(version) of dataset `\(dataset)` holds nothing out.",
                why: "Its policy kept no holdout.", fix: "Export without it, or build a version with one.")
        case .underWay(let path):
            Explanation(
                status: 409, code: "export_under_way", what: "Another export writes into \(path).",
                why: "Files of two exports must not mix.", fix: "Wait for it, or choose another directory.")
        }
    }

    private static func list(_ formats: [ExportFormat]) -> String { formats.map(\.rawValue).joined(separator: ", ") }
    private static func more(_ others: Int) -> String { others > 0 ? ", and \(others) more" : "" }
}
