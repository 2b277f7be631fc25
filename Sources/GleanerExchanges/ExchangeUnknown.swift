public import GleanerCore

/// There is no such exchange for whoever asks: absent and another project's are told alike.
public struct ExchangeUnknown: Explained {
    public let id: String

    public init(id: String) { self.id = id }

    public var explanation: Explanation {
        Explanation(
            status: 404, code: "exchange_unknown", what: "No exchange \(id.prefix(64)) is stored.",
            why: "The id is wrong, belongs to another project, or is still on its way from the journal.",
            fix: "Send the id from the X-Gleaner-Exchange-Id header; look at gleaner_journal_exchanges in /metrics.")
    }
}
