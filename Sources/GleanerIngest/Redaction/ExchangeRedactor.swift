import AsyncPostgres
import Crypto
public import GleanerCore

/// Replaces personal data in exchanges before they are stored, where their project wants that. Lengths stay those of what
/// was on the wire.
public protocol ExchangeRedactor: Sendable {
    /// Asked of every exchange, so it answers from memory.
    func redacts(_ project: ID<Project>) -> Bool

    /// - Returns: what is stored instead, `nil` when there is nothing to replace.
    /// - Throws: `RedactorNotReady`, or a transient `PostgresError`: then the exchange waits in the journal. Anything else
    ///   is a fault that another try would meet again: then its texts are withheld.
    func redact(_ parts: StoredParts, of intent: ExchangeIntent) async throws -> RedactedParts?

    /// The same for what the disk has damaged, where the project's name may be wrong.
    func redact(damaged parts: StoredParts, of intent: ExchangeIntent) async throws -> RedactedParts?

    /// Whether the bytes of this project may be stored as they came when they could not be read.
    func keepsBytes(_ project: ID<Project>) -> Bool
}

/// What to replace is not known yet.
public struct RedactorNotReady: Error, CustomStringConvertible {
    public init() {}
    public var description: String { "moderation policies have not been read yet" }
}

/// What of an exchange is stored as it was said.
public struct StoredParts: Sendable {
    public let request: [UInt8]
    public let response: [UInt8]
    /// JSON.
    public let messages: [UInt8]?
    public let answer: [UInt8]?
    public let isEventStream: Bool
    /// SHA-256 of the bytes.
    public let requestHash: [UInt8]
    public let responseHash: [UInt8]?
}

public struct RedactedParts: Sendable {
    public let request: [UInt8]
    public let response: [UInt8]
    public let messages: [UInt8]?
    public let answer: [UInt8]?
    /// Under a key where the bytes were replaced; empty where there is none.
    public let requestHash: [UInt8]
    public let responseHash: [UInt8]?
    /// `exchanges.redaction`.
    public let note: String

    public init(
        request: [UInt8], response: [UInt8], messages: [UInt8]?, answer: [UInt8]?, requestHash: [UInt8],
        responseHash: [UInt8]?, note: String
    ) {
        self.request = request
        self.response = response
        self.messages = messages
        self.answer = answer
        self.requestHash = requestHash
        self.responseHash = responseHash
        self.note = note
    }
}

/// Told of an exchange whose texts are withheld, and why.
typealias TextsWithheld = (ID<Exchange>, any Error) -> Void

extension [ProjectedExchange] {
    /// One that cannot be redacted holds up no other, and is not stored as it came.
    /// - Throws: what time may mend; then nothing of the batch may be stored.
    mutating func redact(_ redactor: any ExchangeRedactor, withheld: TextsWithheld) async throws {
        for index in indices where redactor.redacts(self[index].exchange.intent.project) {
            let exchange = self[index]
            self[index] = try await exchange.redacted(redactor, withheld: withheld) { parts in
                try await redactor.redact(parts, of: exchange.exchange.intent)
            }
        }
    }
}

extension ProjectedExchange {
    /// What the disk has damaged, as it may be kept.
    func redactedAsDamaged(
        _ redactor: any ExchangeRedactor, withheld: TextsWithheld
    ) async throws -> ProjectedExchange {
        try await redacted(redactor, withheld: withheld) { parts in
            try await redactor.redact(damaged: parts, of: exchange.intent)
        }
    }

    fileprivate func redacted(
        _ redactor: any ExchangeRedactor, withheld: TextsWithheld,
        by replace: (StoredParts) async throws -> RedactedParts?
    ) async throws -> ProjectedExchange {
        let parts = StoredParts(
            request: exchange.request, response: exchange.response, messages: projection.messages?.bytes,
            answer: projection.answer?.bytes, isEventStream: ExchangeProjection.isStream(exchange),
            requestHash: exchange.intent.requestHash, responseHash: exchange.outcome.responseHash)
        do {
            return try await replace(parts).map(storing) ?? self
        } catch let error where error.mayMend {
            throw error
        } catch {
            withheld(exchange.intent.id, error)
            let keeps = redactor.keepsBytes(exchange.intent.project)
            let bare = storing(
                RedactedParts(
                    request: keeps ? parts.request : [], response: keeps ? parts.response : [], messages: nil,
                    answer: nil, requestHash: keeps ? parts.requestHash : [],
                    responseHash: keeps ? parts.responseHash : parts.responseHash.map { _ in [] }, note: "withheld"))
            return bare.with(.empty(note: "redaction_failed"))
        }
    }

    private func storing(_ new: RedactedParts) -> ProjectedExchange {
        var (intent, outcome) = (exchange.intent, exchange.outcome)
        intent.requestHash = new.requestHash.isEmpty ? intent.noHash : new.requestHash
        outcome.responseHash = new.responseHash.map { $0.isEmpty ? intent.noHash : $0 }
        var projection = projection
        projection.messages = new.messages.map(JSONB.init(bytes:))
        projection.answer = new.answer.map(JSONB.init(bytes:))
        return ProjectedExchange(
            exchange: JournaledExchange(
                intent: intent, outcome: outcome, request: new.request, response: new.response),
            projection: projection,
            redaction: Redaction(
                note: new.note, requestBytes: exchange.request.count, responseBytes: exchange.response.count))
    }
}

extension ExchangeIntent {
    /// In place of a hash that would say what is not kept: the exchange's own, so that it is the same whenever it is
    /// delivered.
    fileprivate var noHash: [UInt8] { Array(SHA256.hash(data: Array("withheld \(id)".utf8))) }
}

extension Error {
    fileprivate var mayMend: Bool {
        self is RedactorNotReady || self is CancellationError || (self as? PostgresError)?.isTransient ?? false
    }
}
