public import AsyncPostgres
import GleanerCore
public import GleanerIngest
import GleanerModeration

/// Ingest's redactor: moderation's, by the policy in force.
struct ModerationRedactor: ExchangeRedactor {
    let redaction: ExchangeRedaction

    func redacts(_ project: ID<Project>) -> Bool { redaction.redacts(project) }
    func keepsBytes(_ project: ID<Project>) -> Bool { redaction.keepsBytes(project) }

    func redact(_ parts: StoredParts, of intent: ExchangeIntent) async throws -> RedactedParts? {
        try await waiting {
            try await redaction.redact(
                ExchangeTexts(parts), of: intent.project, conversation: intent.conversation)
        }
    }

    func redact(damaged parts: StoredParts, of intent: ExchangeIntent) async throws -> RedactedParts? {
        try await waiting { try await redaction.redact(damaged: ExchangeTexts(parts), of: intent.project) }
    }

    private func waiting(
        _ redact: () async throws -> (texts: ExchangeTexts, note: String)?
    ) async throws -> RedactedParts? {
        do {
            guard let (new, note) = try await redact() else { return nil }
            return RedactedParts(
                request: new.request, response: new.response, messages: new.messages, answer: new.answer,
                requestHash: new.requestHash, responseHash: new.responseHash, note: note)
        } catch is PoliciesNotKnown {
            throw RedactorNotReady()
        }
    }
}

extension ExchangeTexts {
    fileprivate init(_ parts: StoredParts) {
        self.init(
            request: parts.request, response: parts.response, messages: parts.messages, answer: parts.answer,
            isEventStream: parts.isEventStream, requestHash: parts.requestHash, responseHash: parts.responseHash)
    }
}

extension GleanerService {
    /// By the policies in force now, for a command that stores exchanges itself.
    public static func redactor(on pool: PostgresPool) async throws -> any ExchangeRedactor {
        ModerationRedactor(
            redaction: ExchangeRedaction(
                policies: try await CurrentPolicies.read(from: PolicyStore(pool: pool)), pool: pool,
                metrics: ModerationMetrics()))
    }
}
