public import GleanerCore

/// A query that cannot be used. Names the parameter, never shows its value.
public enum QueryError: Explained, Hashable {
    case unreadable(String)
    case holdsNUL(String)
    case repeated(String)
    case unknown(String)
    /// `problem` completes "`name` …".
    case invalid(String, problem: String)

    public var explanation: Explanation {
        Explanation(
            status: 400, code: "invalid_query", what: "This query cannot be used.", why: "\(why).",
            fix: "Send parameters as docs/reference/api.md lists them for this path.")
    }

    private var why: String {
        switch self {
        case .unreadable(let name): "`\(name)` is not UTF-8 in percent encoding"
        case .holdsNUL(let name): "`\(name)` holds U+0000"
        case .repeated(let name): "`\(name)` is given more than once"
        case .unknown(let name): "there is no parameter `\(name)`"
        case .invalid(let name, let problem): "`\(name)` \(problem)"
        }
    }
}
