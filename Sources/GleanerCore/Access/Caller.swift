/// One chatbot, or one customer of one; a marker for `ID<Project>`.
public enum Project {}
/// What a client shows as its bearer token; a marker for `ID<APIKey>`.
public enum APIKey {}

/// What a key may do.
public enum Scope: String, Sendable, Hashable, CaseIterable, Codable {
    /// Call `/v1`.
    case gateway
    /// Give feedback.
    case feedback
    /// Read and search exchanges.
    case read
    /// Lease review slots and submit reviews.
    case review
    /// Build, list and export dataset versions.
    case datasets
    /// Read and edit routes.
    case routes
    /// Everything, keys included.
    case admin
}

/// Who is asking: a project's key, already checked.
public struct Caller: Sendable, Hashable {
    public let project: ID<Project>
    public let key: ID<APIKey>
    public let keyName: String
    public let scopes: Set<Scope>
    public let limits: KeyLimits

    public init(
        project: ID<Project>, key: ID<APIKey>, keyName: String, scopes: Set<Scope>, limits: KeyLimits = KeyLimits()
    ) {
        self.project = project
        self.key = key
        self.keyName = keyName
        self.scopes = scopes
        self.limits = limits
    }

    public func may(_ scope: Scope) -> Bool { scopes.contains(scope) || scopes.contains(.admin) }
}

extension Caller? {
    /// - Throws: `.keyRefused` where nobody is known to ask, `.scopeMissing` when the key lacks `scope`.
    public func allowed(_ scope: Scope) throws(AccessError) -> Caller {
        guard let caller = self else { throw .keyRefused }
        guard caller.may(scope) else { throw .scopeMissing(scope) }
        return caller
    }
}

public enum AccessError: Explained, Hashable {
    /// No token, an unknown one, a revoked or an expired one: one answer for all.
    case keyRefused
    case scopeMissing(Scope)
    /// The key cannot be checked now, and is not one seen lately.
    case unavailable

    public var explanation: Explanation {
        switch self {
        case .keyRefused:
            Explanation(
                status: 401, code: "invalid_api_key",
                what: "This key is not accepted.",
                why: "It is missing, unknown, expired or revoked.",
                fix: "Send `Authorization: Bearer gln_…` with a key made by `gleaner keys create`.")
        case .scopeMissing(let scope):
            Explanation(
                status: 403, code: "scope_missing",
                what: "This key may not do that.",
                why: "It lacks the scope `\(scope.rawValue)`.",
                fix: "Make a key that has it: `gleaner keys create --scope \(scope.rawValue)`.")
        case .unavailable:
            Explanation(
                status: 503, code: "auth_unavailable",
                what: "The key cannot be checked at the moment.",
                why: "The database does not answer, and this key has not been used here lately.",
                fix: "Try again in a few seconds; see /readyz on the admin listener for the cause.")
        }
    }
}
