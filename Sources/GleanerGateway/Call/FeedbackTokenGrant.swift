public import GleanerCore
import HTTPTypes

/// Makes the feedback token of an exchange; `nil` when it has none. Called for each call, so it must be quick and ask
/// nobody.
public typealias FeedbackTokenMint = @Sendable (ExchangeIntent) -> String?

/// A feedback token on its way to a client.
struct FeedbackTokenGrant: Sendable, Hashable {
    let token: String
    /// The client asked for it in the body as well.
    let isInBody: Bool

    /// - Parameter caller: a key may have opted out.
    init?(_ intent: ExchangeIntent, caller: Caller, isInBody: Bool, mint: FeedbackTokenMint) {
        guard caller.limits.feedbackTokens != false, let token = mint(intent) else { return nil }
        self.token = token
        self.isInBody = isInBody
    }
}

extension HTTPFields {
    /// What every answer under `/v1` says of its exchange.
    static func of(_ exchange: ID<Exchange>, _ grant: FeedbackTokenGrant?) -> HTTPFields {
        var fields: HTTPFields = [.exchangeID: exchange.description]
        if let grant { fields[.feedbackToken] = grant.token }
        return fields
    }
}
