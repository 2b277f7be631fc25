public import GleanerCore

/// Where models are: providers as the server has them configured. Requests name one; they never say an address.
public protocol EvaluationProviders: Sendable {
    /// - Parameter path: below `/v1`, such as `chat/completions`.
    /// - Returns: `nil` when no provider has that name.
    func endpoint(_ path: String, of provider: String) -> EvaluationEndpoint?
}

/// An address and what to show there.
public struct EvaluationEndpoint: Sendable {
    public let url: String
    /// Credentials among them; never logged.
    public let headers: [(name: String, value: String)]

    public init(url: String, headers: [(name: String, value: String)]) {
        self.url = url
        self.headers = headers
    }
}

/// What tokens cost.
public protocol ModelPrices: Sendable {
    /// US dollars for a million tokens; `nil` when no price is known.
    func rates(of model: String, from provider: String) async throws -> (input: Double, output: Double)?
}

/// Judges answers that no exchange holds.
public protocol AnswerModerator: Sendable {
    /// Whether the project's policy would flag it; `nil` when it could not be judged.
    func flags(_ answer: String, in project: ID<Project>) async throws -> Bool?
}

/// No prices, no moderation.
public struct NoPrices: ModelPrices {
    public init() {}
    public func rates(of model: String, from provider: String) async throws -> (input: Double, output: Double)? { nil }
}
public struct NoModerator: AnswerModerator {
    public init() {}
    public func flags(_ answer: String, in project: ID<Project>) async throws -> Bool? { nil }
}
