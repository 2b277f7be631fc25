import GleanerCore
import GleanerIngest
import GleanerModeration

/// Ingest's redactor: moderation's, by the policy in force.
struct ModerationRedactor: ExchangeRedactor {
    let redaction: ExchangeRedaction

    func redacts(_ project: ID<Project>) -> Bool { redaction.redacts(project) }

    func redact(_ parts: StoredParts, of intent: ExchangeIntent) async throws -> RedactedParts? {
        let texts = ExchangeTexts(
            request: parts.request, response: parts.response, messages: parts.messages, answer: parts.answer,
            isEventStream: parts.isEventStream)
        guard
            let (new, note) = try await redaction.redact(
                texts, of: intent.project, conversation: intent.conversation)
        else { return nil }
        return RedactedParts(
            request: new.request, response: new.response, messages: new.messages, answer: new.answer, note: note)
    }
}
