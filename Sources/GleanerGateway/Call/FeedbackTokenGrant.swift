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

/// What every answer under `/v1` says of its exchange.
struct AnswerLabels: Sendable {
    /// How they are made.
    struct Making: Sendable {
        let isInBody: Bool
        let mint: FeedbackTokenMint
    }

    /// What lets a page judge the exchange; `nil` when the key's answers carry none.
    let feedbackToken: FeedbackTokenGrant?
    let headers: HTTPFields

    init(_ intent: ExchangeIntent, caller: Caller, _ making: Making) {
        self.init(
            intent.id, FeedbackTokenGrant(intent, caller: caller, isInBody: making.isInBody, mint: making.mint))
    }

    /// - Parameter feedbackToken: `nil` for a call that never was read.
    init(_ exchange: ID<Exchange>, _ feedbackToken: FeedbackTokenGrant? = nil) {
        self.feedbackToken = feedbackToken
        var headers = HTTPFields()
        headers.append(HTTPField(name: .exchangeID, value: exchange.description))
        if let feedbackToken { headers.append(HTTPField(name: .feedbackToken, value: feedbackToken.token)) }
        self.headers = headers
    }
}
