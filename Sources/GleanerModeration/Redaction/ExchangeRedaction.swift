public import AsyncPostgres
public import GleanerCore

/// An exchange's texts, on their way into the database.
public struct ExchangeTexts: Sendable, Hashable {
    public var request: [UInt8]
    public var response: [UInt8]
    /// JSON, as the projections are.
    public var messages: [UInt8]?
    public var answer: [UInt8]?
    public let isEventStream: Bool

    public init(
        request: [UInt8], response: [UInt8], messages: [UInt8]?, answer: [UInt8]?, isEventStream: Bool
    ) {
        self.request = request
        self.response = response
        self.messages = messages
        self.answer = answer
        self.isEventStream = isEventStream
    }
}

/// Replaces personal data in exchanges before they are stored, for projects whose policy asks for it.
public struct ExchangeRedaction: Sendable {
    let policies: CurrentPolicies
    let store: PlaceholderStore
    private let metrics: ModerationMetrics

    public init(policies: CurrentPolicies, pool: PostgresPool, metrics: ModerationMetrics) {
        self.policies = policies
        store = PlaceholderStore(pool: pool)
        self.metrics = metrics
    }

    /// Whether anything is to be done for a project: one look into memory.
    public func redacts(_ project: ID<Project>) -> Bool { policies.redacting(project) != nil }

    /// - Returns: the texts to be stored, and what `exchanges.redaction` says: `projection:3`, `stored:3`; `nil` when
    ///   nothing had to be replaced.
    /// - Throws: `PostgresError`; then nothing may be stored.
    public func redact(
        _ texts: ExchangeTexts, of project: ID<Project>, conversation: String?
    ) async throws -> (texts: ExchangeTexts, note: String)? {
        guard let version = policies.redacting(project) else { return nil }
        let policy = version.policy
        let isStored = policy.personalData == .redactStored
        // Most texts hold nothing: to know that, nobody has to ask the database.
        var probe = Redactor(kinds: policy.kinds, placeholders: Placeholders(key: Array(repeating: 0, count: 32)))
        guard Self.redact(texts, isStored: isStored, &probe) != nil else { return nil }
        let redacted = try await store.withPlaceholders(of: conversation, in: project) { placeholders in
            var redactor = Redactor(kinds: policy.kinds, placeholders: placeholders)
            defer { placeholders = redactor.placeholders }
            return Self.redact(texts, isStored: isStored, &redactor)
        }
        guard let redacted else { return nil }
        metrics.countRedacted(1)
        return (redacted, "\(isStored ? "stored" : "projection"):\(version.version)")
    }

    /// Projections first: they are what a conversation's numbers count from, in both policies.
    private static func redact(
        _ texts: ExchangeTexts, isStored: Bool, _ redactor: inout Redactor
    ) -> ExchangeTexts? {
        var redacted = texts
        if let messages = texts.messages { redacted.messages = redactor.redacted(messages) ?? messages }
        if let answer = texts.answer { redacted.answer = redactor.redacted(answer) ?? answer }
        if isStored {
            redacted.request = redactor.redacted(texts.request) ?? texts.request
            redacted.response =
                (texts.isEventStream ? redactor.redacted(stream: texts.response) : redactor.redacted(texts.response))
                ?? texts.response
        }
        return redacted == texts ? nil : redacted
    }
}
