import AsyncPostgres
public import GleanerCore

/// Replaces personal data in exchanges before they are stored, where their project wants that. Hashes and lengths stay
/// those of what was on the wire.
public protocol ExchangeRedactor: Sendable {
    /// Asked of every exchange, so it answers from memory.
    func redacts(_ project: ID<Project>) -> Bool

    /// - Returns: what is stored instead, `nil` when there is nothing to replace.
    /// - Throws: when it cannot be known what to replace; then the exchange waits in the journal.
    func redact(_ parts: StoredParts, of intent: ExchangeIntent) async throws -> RedactedParts?
}

/// What of an exchange is stored as it was said.
public struct StoredParts: Sendable {
    public let request: [UInt8]
    public let response: [UInt8]
    /// JSON.
    public let messages: [UInt8]?
    public let answer: [UInt8]?
    public let isEventStream: Bool
}

public struct RedactedParts: Sendable {
    public let request: [UInt8]
    public let response: [UInt8]
    public let messages: [UInt8]?
    public let answer: [UInt8]?
    /// `exchanges.redaction`.
    public let note: String

    public init(
        request: [UInt8], response: [UInt8], messages: [UInt8]?, answer: [UInt8]?, note: String
    ) {
        self.request = request
        self.response = response
        self.messages = messages
        self.answer = answer
        self.note = note
    }
}

extension [ProjectedExchange] {
    mutating func redact(_ redactor: any ExchangeRedactor) async throws {
        for index in indices where redactor.redacts(self[index].exchange.intent.project) {
            self[index] = try await self[index].redacted(redactor)
        }
    }
}

extension ProjectedExchange {
    fileprivate func redacted(_ redactor: any ExchangeRedactor) async throws -> ProjectedExchange {
        let parts = StoredParts(
            request: exchange.request, response: exchange.response, messages: projection.messages?.bytes,
            answer: projection.answer?.bytes, isEventStream: ExchangeProjection.isStream(exchange))
        guard let new = try await redactor.redact(parts, of: exchange.intent) else { return self }
        var redacted = self
        redacted.redaction = Redaction(
            note: new.note, requestBytes: exchange.request.count, responseBytes: exchange.response.count)
        redacted.exchange = JournaledExchange(
            intent: exchange.intent, outcome: exchange.outcome, request: new.request, response: new.response)
        redacted.projection.messages = new.messages.map(JSONB.init(bytes:))
        redacted.projection.answer = new.answer.map(JSONB.init(bytes:))
        return redacted
    }
}
