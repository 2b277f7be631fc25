/// Replaces personal data in what people write about answers before it is stored, where their project wants that.
public protocol FeedbackRedactor: Sendable {
    /// Whether anything is to be done for a project: answers from memory.
    /// - Throws: when it is not known yet; then nothing may be stored.
    func redacts(_ project: ID<Project>) throws -> Bool

    /// - Parameter conversation: whose placeholders are used again; `nil` where none is known.
    /// - Returns: what is stored instead, and what `feedback.redaction` says; `nil` when there is nothing to replace.
    /// - Throws: when it cannot be known what to replace; then nothing may be stored.
    func redact(
        _ text: String, of project: ID<Project>, conversation: String?
    ) async throws -> (text: String, note: String)?
}
