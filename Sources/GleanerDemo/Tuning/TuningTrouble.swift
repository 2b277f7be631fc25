import GleanerCore

/// Something that goes wrong at the demo trainer, for the next requests that fit.
public struct TuningTrouble: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        /// Answers with that status, and does nothing.
        case status(Int)
        /// Does what was asked, and answers with that status.
        case statusAfter(Int)
        /// Takes the request and never answers; does nothing.
        case silent
        /// Does what was asked, and never answers.
        case silentAfter
        /// Does what was asked, and closes the connection.
        case cutAfter
    }

    public var method: String
    /// The path, or its beginning followed by `*`.
    public var path: String
    public var kind: Kind
    public var times: Int
    /// The error's code; a rate limit when absent.
    public var code: String?

    public init(_ method: String, _ path: String, _ kind: Kind, times: Int = 1, code: String? = nil) {
        self.method = method
        self.path = path
        self.kind = kind
        self.times = times
        self.code = code
    }

    /// `{"method","path","kind":"silent_after","times"?,"status"?,"code"?}`
    init?(_ document: JSONValue) {
        guard let method = document["method"]?.stringValue, let path = document["path"]?.stringValue else { return nil }
        let status = document["status"]?.intValue.map { Int($0) } ?? 500
        let kind: Kind
        switch document["kind"]?.stringValue {
        case "status": kind = .status(status)
        case "status_after": kind = .statusAfter(status)
        case "silent": kind = .silent
        case "silent_after": kind = .silentAfter
        case "cut_after": kind = .cutAfter
        default: return nil
        }
        self.init(
            method, path, kind, times: document["times"]?.intValue.map { Int($0) } ?? 1,
            code: document["code"]?.stringValue)
    }

    func fits(_ method: String, _ path: String) -> Bool {
        method == self.method && (self.path.hasSuffix("*") ? path.hasPrefix(self.path.dropLast()) : path == self.path)
    }
}

/// What the demo trainer has done since it began.
public struct TuningCounts: Sendable, Hashable, Codable {
    public var files = 0
    public var uploads = 0
    public var parts = 0
    public var jobs = 0
    public var cancels = 0
    public var deletes = 0

    public init() {}

    var document: JSONValue {
        [
            "files": .integer(Int64(files)), "uploads": .integer(Int64(uploads)), "parts": .integer(Int64(parts)),
            "jobs": .integer(Int64(jobs)), "cancels": .integer(Int64(cancels)), "deletes": .integer(Int64(deletes)),
        ]
    }
}
