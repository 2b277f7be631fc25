public import GleanerCore

/// What people write about answers is redacted as the answers are. There is one copy of it, so that a policy for
/// projections is one for what is stored, too.
extension ExchangeRedaction: FeedbackRedactor {
    public func redact(
        _ text: String, of project: ID<Project>, conversation: String?
    ) async throws -> (text: String, note: String)? {
        guard let version = policies.redacting(project) else { return nil }
        let kinds = version.policy.kinds
        var probe = Redactor(kinds: kinds, placeholders: Placeholders(key: Array(repeating: 0, count: 32)))
        guard probe.redacted(text) != nil else { return nil }
        let redacted = try await store.withPlaceholders(of: conversation, in: project) { placeholders in
            var redactor = Redactor(kinds: kinds, placeholders: placeholders)
            defer { placeholders = redactor.placeholders }
            return redactor.redacted(text)
        }
        return redacted.map { ($0, "stored:\(version.version)") }
    }
}
