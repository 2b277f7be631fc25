public import GleanerCore
public import Inflate

public enum ImportError: Explained, Hashable {
    case fileUnreadable(String)
    case gzip(InflateError)
    case formatUnknown(name: String)
    /// What was imported of it already is not what it begins with now.
    case changed(name: String)
    case rejectsUnwritable(String)
    /// Postgres went away in the middle.
    case interrupted(name: String, records: Int64)
    case timeInvalid(String)

    public var explanation: Explanation {
        switch self {
        case .fileUnreadable(let path):
            Explanation(
                status: 404, code: "file_unreadable", what: "\(path) cannot be read.",
                why: "It does not exist, or its permissions forbid it.", fix: "Check the path.")
        case .gzip(let error):
            Explanation(
                status: 400, code: "gzip_invalid", what: "The file cannot be decompressed to its end.",
                why: error == .truncated ? "Its end is missing." : "It is damaged.",
                fix: "What came before is imported. Fetch the file again, and import it again: nothing is kept twice.")
        case .formatUnknown(let name):
            Explanation(
                status: 400, code: "import_format_unknown", what: "The format of \(name) is not clear.",
                why: "Its first record looks like none of the known ones.",
                fix: "Name it: \(ImportFormat.allCases.map(\.rawValue).joined(separator: ", ")).")
        case .changed(let name):
            Explanation(
                status: 409, code: "import_changed", what: "\(name) is not the file whose import was begun.",
                why: "It begins like it, but what was imported of it has changed since.",
                fix: "Use --restart to begin anew; nothing is kept twice.")
        case .rejectsUnwritable(let path):
            Explanation(
                status: 500, code: "file_unwritable", what: "\(path) cannot be written.",
                why: "The directory does not allow it, or the disk is full.",
                fix: "Make room, or name another file with --rejected.")
        case .interrupted(let name, let records):
            Explanation(
                status: 503, code: "import_interrupted", what: "The import of \(name) stopped.",
                why: "PostgreSQL does not answer; \(records) records are done.",
                fix: "Run the same command again: it goes on from there.")
        case .timeInvalid(let text):
            Explanation(
                status: 400, code: "time_impossible", what: "`\(text.prefix(64))` cannot be the time of exchanges.",
                why: "It is not ISO 8601 between 2015 and now.", fix: "Write it as 2026-01-31T12:00:00Z.")
        }
    }
}
