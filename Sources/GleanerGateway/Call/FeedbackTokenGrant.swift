public import GleanerCore
import HTTPTypes

/// Makes the feedback token of an exchange, always the same one; `nil` when it has none. Called for each call, so it must be
/// quick and ask nobody.
public typealias FeedbackTokenMint = @Sendable (ExchangeIntent) -> String?

/// That a client may have the feedback token of an exchange.
struct FeedbackTokenGrant: Sendable {
    /// The client asked for it in the body as well.
    let isInBody: Bool
    private let intent: ExchangeIntent
    private let mint: FeedbackTokenMint

    /// - Parameter caller: a key may have opted out.
    init?(_ intent: ExchangeIntent, caller: Caller, isInBody: Bool, mint: @escaping FeedbackTokenMint) {
        guard caller.limits.feedbackTokens != false else { return nil }
        self.isInBody = isInBody
        self.intent = intent
        self.mint = mint
    }

    /// Made when it is asked for, and always the same.
    var token: String? { mint(intent) }
}

extension HTTPFields {
    /// What every answer under `/v1` says of its exchange.
    static func of(_ exchange: ID<Exchange>, _ grant: FeedbackTokenGrant?) -> HTTPFields {
        var fields = HTTPFields()
        fields.append(HTTPField(name: .exchangeID, value: exchange.description))
        if let token = grant?.token { fields.append(HTTPField(name: .feedbackToken, value: token)) }
        return fields
    }
}
