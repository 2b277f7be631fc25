public import HTTPTypes

/// `Idempotency-Key`: what a client calls one piece of work by, so that sending it twice does it once.
public enum IdempotencyHeader {
    /// A header that is no key: what is wrong with it, as the rest of a sentence.
    public struct Invalid: Error, Sendable, Hashable {
        public let problem: String
    }

    public static let name = HTTPField.Name("Idempotency-Key")!
    /// On an answer that was given before.
    public static let replay = HTTPField.Name("X-Gleaner-Idempotent-Replay")!

    /// 1 to 255 printable ASCII characters; `nil` when the request carries none.
    public static func read(_ headers: HTTPFields) throws(Invalid) -> String? {
        let values = headers[values: name]
        guard let text = values.first else { return nil }
        guard values.count == 1 else { throw Invalid(problem: "is there more than once") }
        guard (1...255).contains(text.utf8.count), text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw Invalid(problem: "is not 1 to 255 printable ASCII characters")
        }
        return text
    }
}
