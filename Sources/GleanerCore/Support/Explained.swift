/// What went wrong, why, and how to fix it: the shape of every error a person or a program gets to see.
public struct Explanation: Sendable, Hashable {
    /// Stable, `snake_case`; programs branch on it.
    public let code: String
    public let what: String
    public let why: String
    public let fix: String
    /// The HTTP status that fits, when the error reaches a client.
    public let status: Int

    public init(status: Int, code: String, what: String, why: String, fix: String) {
        self.status = status
        self.code = code
        self.what = what
        self.why = why
        self.fix = fix
    }

    /// All of it, for a page.
    public var sentences: String { "\(what) \(why) \(fix)" }

    /// Why something that runs by itself did not work, to be kept beside it.
    public static func trouble(of error: any Error) -> String {
        let explanation = (error as? any Explained)?.explanation
        let words = explanation.map { "\($0.code): \($0.what) \($0.why)" } ?? "\(type(of: error))"
        return String(words.prefix(1000))
    }
}

/// An error that can explain itself. Cases carry values; prose is made here and tested.
/// Bound values, message text and secrets never go into an explanation.
public protocol Explained: Error, CustomStringConvertible {
    var explanation: Explanation { get }
}

extension Explained {
    /// What a terminal shows.
    public var description: String {
        let e = explanation
        return "\(e.what) \(e.why)\n  fix: \(e.fix)  [\(e.code)]"
    }
}
