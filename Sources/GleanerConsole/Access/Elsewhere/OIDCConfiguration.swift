public import GleanerCore

/// A sign-in elsewhere: OpenID Connect, the authorization code flow with PKCE.
public struct OIDCConfiguration: Sendable, Hashable {
    /// As it stands in the provider's tokens; its discovery document is below it.
    public let issuer: String
    public let clientID: String
    /// Never in a description.
    public let clientSecret: OIDCSecret
    /// On the button.
    public let name: String
    /// What people get whom nobody has invited; `nil`: they are turned away.
    public let role: Role?
    /// Where browsers know this Gleaner, without a slash at the end; the provider sends them back there.
    public let publicURL: String

    public init(
        issuer: String, clientID: String, clientSecret: OIDCSecret, name: String, role: Role?, publicURL: String
    ) {
        self.issuer = issuer
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.name = name
        self.role = role
        self.publicURL = publicURL
    }

    var callback: String { publicURL + "/sign-in/oidc/callback" }
    var discovery: String {
        (issuer.hasSuffix("/") ? String(issuer.dropLast()) : issuer) + "/.well-known/openid-configuration"
    }
}

public struct OIDCSecret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible {
    let text: String
    public init(_ text: String) { self.text = text }
    public var description: String { "…" }
    public var debugDescription: String { "…" }
}

public enum OIDCError: Explained, Hashable {
    case providerAway
    /// What is wrong with its answer; nothing of the answer itself.
    case providerUnusable(String)
    case flowOver
    case refusedThere
    case tokenRefused
    case strangerRefused

    public var explanation: Explanation {
        switch self {
        case .providerAway:
            explain(
                502, "oidc_unreachable", "The sign-in service does not answer.",
                "Gleaner could not reach it, or it took too long.", "Try again in a minute; else use a password.")
        case .providerUnusable(let problem):
            explain(
                502, "oidc_unusable", "The sign-in service's answer cannot be used.", "\(problem).",
                "An operator looks at GLEANER_OIDC_ISSUER and the service's settings.")
        case .flowOver:
            explain(
                400, "oidc_flow_over", "This sign-in has ended.",
                "It took longer than ten minutes, was begun in another browser, or was used before.", "Begin again.")
        case .refusedThere:
            explain(
                401, "oidc_refused", "The sign-in service did not let you in.", "You declined, or it refused.",
                "Try again, or ask whoever runs it.")
        case .tokenRefused:
            explain(
                401, "oidc_token_refused", "The sign-in could not be confirmed.",
                "The service's token is not for this Gleaner, is too old, or is not signed by the service.",
                "Try again; if it stays, an operator looks at the log.")
        case .strangerRefused:
            explain(
                403, "oidc_stranger", "You are signed in there, but nobody has invited you here.",
                "This Gleaner takes only people whom an admin has invited.",
                "Ask an admin for a link, open it, and choose the sign-in service there.")
        }
    }

    private func explain(_ status: Int, _ code: String, _ what: String, _ why: String, _ fix: String) -> Explanation {
        Explanation(status: status, code: code, what: what, why: why, fix: fix)
    }
}
