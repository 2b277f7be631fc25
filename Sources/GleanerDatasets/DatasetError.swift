public import GleanerCore

public enum DatasetError: Explained, Hashable {
    case nameInvalid(String)
    case datasetUnknown(String)
    case versionUnknown(dataset: String, version: String)
    case policyUnknown(String)
    case nothingPromoted(excluded: [String: Int], unjudged: Int)
    /// Only with a policy that says so: what repeats a test is left out otherwise.
    case contaminated(lines: Int, first: String)
    case holdoutLeak(lines: Int, first: String)
    case benchmarkUnknown(String)
    case benchmarkEmpty(String)
    case approvalByBuilder(String)
    case lineUnknown(split: String, line: Int, lines: Int)
    case fileUnknown(String)
    case fileUnwritable(path: String, errno: Int32)
    case fileUnreadable(path: String)

    public var explanation: Explanation {
        switch self {
        case .nameInvalid(let name):
            Explanation(
                status: 400, code: "dataset_name_invalid", what: "A dataset cannot be called `\(name.prefix(64))`.",
                why: "Names have 1 to 63 lower case letters, digits, - and _.", fix: "Choose such a name.")
        case .datasetUnknown(let name):
            Explanation(
                status: 404, code: "dataset_unknown", what: "There is no dataset `\(name.prefix(64))`.",
                why: "None was built under this name in this project.", fix: "See `gleaner dataset list`, or build it.")
        case .versionUnknown(let dataset, let version):
            Explanation(
                status: 404, code: "dataset_version_unknown",
                what: "Dataset `\(dataset.prefix(64))` has no version \(version.prefix(16)).",
                why: "Versions count from 1; `latest` is the newest.", fix: "See `gleaner dataset list`.")
        case .policyUnknown(let name):
            Explanation(
                status: 404, code: "policy_unknown", what: "There is no promotion policy `\(name.prefix(64))`.",
                why: "None was used under this name in this project.", fix: "Send the policy document itself.")
        case .nothingPromoted(let excluded, let unjudged):
            Explanation(
                status: 422, code: "nothing_promoted", what: "No exchange passes this policy.",
                why: "Left out: "
                    + (excluded.isEmpty
                        ? "none was judged"
                        : excluded.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
                    + "; not judged at all: \(unjudged).",
                fix: "Review more exchanges with `gleaner review`, or loosen the policy.")
        case .contaminated(let lines, let first):
            Explanation(
                status: 422, code: "contaminated", what: "\(lines) lines repeat a test; nothing was built.",
                why: "The policy stops at the first: \(first).",
                fix: "Find out how tests come into production, or set decontamination.on_hit to exclude.")
        case .holdoutLeak(let lines, let first):
            Explanation(
                status: 422, code: "holdout_leak",
                what: "\(lines) lines for training are nearly those of the holdout; nothing was built.",
                why: "A model that has learnt them cannot be measured any more. The first: \(first).",
                fix:
                    "Set decontamination.on_hit to exclude; if it is, this is a mistake of Gleaner's: please report it."
            )
        case .benchmarkUnknown(let name):
            Explanation(
                status: 404, code: "benchmark_unknown", what: "There is no benchmark `\(name.prefix(64))`.",
                why: "None was given under this name in this project.",
                fix: "See `gleaner dataset benchmark list`, or add it.")
        case .benchmarkEmpty(let name):
            Explanation(
                status: 400, code: "benchmark_empty", what: "Benchmark `\(name.prefix(64))` has no text.",
                why: "No line of it holds a string.", fix: "Send JSON lines or plain lines with the tests' texts.")
        case .approvalByBuilder(let name):
            Explanation(
                status: 409, code: "approval_by_builder", what: "\(name.prefix(64)) built this version.",
                why: "A version is approved by people other than the one who built it.", fix: "Ask somebody else.")
        case .lineUnknown(let split, let line, let lines):
            Explanation(
                status: 404, code: "line_unknown", what: "There is no line \(line) in \(split).jsonl.",
                why: "It has \(lines) lines, counted from 1.", fix: "Choose one of these.")
        case .fileUnknown(let name):
            Explanation(
                status: 404, code: "file_unknown", what: "A dataset version has no file `\(name.prefix(64))`.",
                why:
                    "Files are train.jsonl, validation.jsonl, holdout.jsonl, lineage.jsonl, README.md and manifest.json.",
                fix: "Ask for one of these.")
        case .fileUnwritable(let path, let errno):
            Explanation(
                status: 500, code: "file_unwritable", what: "\(path) cannot be written.",
                why: "The system says error \(errno).", fix: "Check the directory, its permissions and the free space.")
        case .fileUnreadable(let path):
            Explanation(
                status: 404, code: "file_unreadable", what: "\(path) cannot be read.",
                why: "It is missing or not a file.",
                fix: "Give a .jsonl file, or a directory that `gleaner dataset export` wrote.")
        }
    }
}
