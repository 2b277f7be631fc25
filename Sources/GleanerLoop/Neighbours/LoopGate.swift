public import GleanerCore

/// A model as the gate and routes name it.
public struct LoopModel: Sendable, Hashable {
    public var provider: String
    public var model: String
    public var parameters: [String: JSONValue]

    public init(provider: String, model: String, parameters: [String: JSONValue] = [:]) {
        self.provider = provider
        self.model = model
        self.parameters = parameters
    }
}

public struct LoopGateOrder: Sendable, Hashable {
    public let version: LoopVersion
    public let candidate: LoopModel
    public let incumbent: LoopModel
    /// A gate policy.
    public let policy: JSONValue

    public init(version: LoopVersion, candidate: LoopModel, incumbent: LoopModel, policy: JSONValue) {
        self.version = version
        self.candidate = candidate
        self.incumbent = incumbent
        self.policy = policy
    }
}

public struct LoopEvaluation: Sendable, Hashable {
    public enum State: Sendable, Hashable {
        case running(String)
        case passed(String)
        case refused(String)
        case undecided(String)
        case failed(String)
    }
    public let id: String
    public let state: State

    public init(id: String, state: State) {
        self.id = id
        self.state = state
    }
}

public protocol LoopGate: Sendable {
    /// - Throws: what is wrong with a gate policy, or with a model that is named as `{"provider","model","parameters"}`.
    func check(_ policy: JSONValue, incumbent: JSONValue?) async throws
    /// - Returns: US dollars; `nil` when a price is not known.
    func estimate(_ order: LoopGateOrder, in project: ID<Project>) async throws -> Double?
    func evaluation(under key: String, in project: ID<Project>) async throws -> LoopEvaluation?
    /// Under the same key it is the same evaluation.
    func start(
        _ order: LoopGateOrder, key: String, by author: String, in project: ID<Project>
    ) async throws -> LoopEvaluation
    /// - Returns: a model that a document names.
    func model(_ document: JSONValue) throws -> LoopModel
}
