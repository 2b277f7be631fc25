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
    /// SHA-256 of the bytes as they were on the wire. Where the bytes are replaced they are sealed: an HMAC under the
    /// project's key, or empty when there is none to be had.
    public var requestHash: [UInt8]
    public var responseHash: [UInt8]?

    public init(
        request: [UInt8], response: [UInt8], messages: [UInt8]?, answer: [UInt8]?, isEventStream: Bool,
        requestHash: [UInt8] = [], responseHash: [UInt8]? = nil
    ) {
        self.requestHash = requestHash
        self.responseHash = responseHash
        self.request = request
        self.response = response
        self.messages = messages
        self.answer = answer
        self.isEventStream = isEventStream
    }
}

/// It is not known yet what projects want; nothing may be stored until then.
public struct PoliciesNotKnown: Error {}

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

    /// Whether anything is to be done for a project: one look into memory. Until policies have been read, for all.
    public func redacts(_ project: ID<Project>) -> Bool {
        policies.source < .database || policies.redacting(project) != nil
    }

    /// Whether a project's bytes may be stored as they came.
    public func keepsBytes(_ project: ID<Project>) -> Bool {
        policies.source == .database && policies.redacting(project)?.policy.personalData != .redactStored
    }

    /// How long the start may take until policies have been read.
    private static let patience = Duration.seconds(5)

    /// - Returns: the texts to be stored, and what `exchanges.redaction` says: `projection:3`, `stored:3`; `nil` when
    ///   nothing had to be replaced.
    /// - Throws: `PoliciesNotKnown`, or `PostgresError` when it is away or busy; then nothing may be stored.
    public func redact(
        _ texts: ExchangeTexts, of project: ID<Project>, conversation: String?
    ) async throws -> (texts: ExchangeTexts, note: String)? {
        guard await policies.known(from: .database, within: Self.patience) else { throw PoliciesNotKnown() }
        guard let version = policies.redacting(project) else { return nil }
        return try await redact(texts, by: version, of: project, conversation: conversation)
    }

    /// The same for what the disk has damaged, the project's name perhaps among it: where any project stores no personal
    /// data, this is not stored either.
    public func redact(
        damaged texts: ExchangeTexts, of project: ID<Project>
    ) async throws -> (texts: ExchangeTexts, note: String)? {
        guard await policies.known(from: .database, within: Self.patience) else { throw PoliciesNotKnown() }
        let kinds = policies.notStored
        var redactor = Redactor(kinds: kinds, placeholders: Placeholders(key: Self.someKey))
        guard !kinds.isEmpty, let redacted = Self.redact(texts, isStored: true, &redactor) else { return nil }
        return (redacted, "stored")
    }

    private static var someKey: [UInt8] { (0..<32).map { _ in UInt8.random(in: .min ... .max) } }

    private func redact(
        _ texts: ExchangeTexts, by version: PolicyVersion, of project: ID<Project>, conversation: String?
    ) async throws -> (texts: ExchangeTexts, note: String)? {
        let policy = version.policy
        let isStored = policy.personalData == .redactStored
        // Most texts hold nothing: to know that, nobody has to ask the database.
        var probe = Redactor(kinds: policy.kinds, placeholders: Placeholders(key: Array(repeating: 0, count: 32)))
        guard Self.redact(texts, isStored: isStored, &probe) != nil else { return nil }
        let redacted: ExchangeTexts?
        do {
            redacted = try await store.withPlaceholders(of: conversation, in: project) { placeholders in
                var redactor = Redactor(kinds: policy.kinds, placeholders: placeholders)
                defer { placeholders = redactor.placeholders }
                var redacted = Self.redact(texts, isStored: isStored, &redactor)
                if isStored {
                    redacted?.requestHash = placeholders.sealed(texts.requestHash)
                    redacted?.responseHash = texts.responseHash.map(placeholders.sealed)
                }
                return redacted
            }
        } catch let error as PostgresError where !error.isTransient {
            // What cannot be counted with the conversation's others has numbers of its own: replaced all the same.
            var alone = Redactor(kinds: policy.kinds, placeholders: Placeholders(key: Self.someKey))
            var replaced = Self.redact(texts, isStored: isStored, &alone)
            if isStored {
                replaced?.requestHash = []
                replaced?.responseHash = texts.responseHash.map { _ in [] }
            }
            redacted = replaced
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
