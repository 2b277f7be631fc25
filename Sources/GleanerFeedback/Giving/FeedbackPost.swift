import Crypto
import GleanerCore
import GleanerHTTP
import HTTPTypes
import Hummingbird

/// What its sender calls one post of feedback by: sent twice, it is kept once and answered alike, for 24 hours.
///
/// Scope: the project, whoever sends it, and the path.
struct PostKey: Sendable, Hashable {
    let project: ID<Project>
    /// A kept answer is for its sender only.
    let holder: String
    /// Over the path, a line feed and the text.
    let sha256: [UInt8]
    /// Of the request's body.
    let requestHash: [UInt8]

    /// `nil` when the request carries none.
    init?(
        _ request: Request, body: some Sequence<UInt8>, project: ID<Project>, holder: String
    ) throws(FeedbackError) {
        let text: String?
        do throws(IdempotencyHeader.Invalid) {
            text = try IdempotencyHeader.read(request.headers)
        } catch {
            throw .idempotencyKeyInvalid(problem: error.problem)
        }
        guard let text else { return nil }
        self.project = project
        self.holder = holder
        sha256 = Array(SHA256.hash(data: Array("\(request.uri.path)\n\(text)".utf8)))
        requestHash = Array(SHA256.hash(data: Array(body)))
    }
}

/// An answer as it goes out.
struct PostAnswer: Sendable, Hashable {
    let status: Int
    let body: [UInt8]
}

/// An answer that was given before, and for what.
struct KeptPost: Sendable, Hashable {
    let requestHash: [UInt8]
    let answer: PostAnswer
}
