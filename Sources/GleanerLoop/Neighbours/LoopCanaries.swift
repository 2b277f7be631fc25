public import GleanerCore

public struct LoopCanaryOrder: Sendable, Hashable {
    public let route: String
    public let candidate: String
    public let incumbent: String
    /// A canary plan.
    public let plan: JSONValue
    /// The evaluation that the candidate passed; `nil`: somebody said that it needs none.
    public let evaluation: String?

    public init(route: String, candidate: String, incumbent: String, plan: JSONValue, evaluation: String?) {
        self.route = route
        self.candidate = candidate
        self.incumbent = incumbent
        self.plan = plan
        self.evaluation = evaluation
    }
}

public struct LoopCanary: Sendable, Hashable {
    public enum State: Sendable, Hashable {
        case running(String)
        case promoted
        case rolledBack
        case ended
    }
    public let id: String
    public let state: State

    public init(id: String, state: State) {
        self.id = id
        self.state = state
    }
}

public protocol LoopCanaries: Sendable {
    /// - Throws: what is wrong with a canary plan.
    func check(_ plan: JSONValue) async throws
    /// The newest canary of that candidate.
    func canary(of candidate: String, on route: String, in project: ID<Project>) async throws -> LoopCanary?
    /// Whether some canary has the route: an edit of it would stop that one.
    func isBusy(_ route: String, in project: ID<Project>) async throws -> Bool
    /// - Returns: `nil` when another canary has the route; then nothing was started.
    func start(_ order: LoopCanaryOrder, by author: String, in project: ID<Project>) async throws -> LoopCanary?
}

public protocol LoopVariants: Sendable {
    /// A variant of a route, by name, or the one with the most weight besides `candidate`; `nil` when there is none.
    func variant(
        _ name: String?, of route: String, besides candidate: String?, in project: ID<Project>
    ) async throws -> (name: String, model: LoopModel)?

    /// Gives the route that variant without weight, unless it has it already.
    /// - Parameter family: what names of the loop's candidates begin with; old ones without weight make room.
    /// - Returns: `false` when a variant of that name asks another model.
    func add(
        _ name: String, of family: String, asking model: LoopModel, to route: String, note: String,
        in project: ID<Project>
    ) async throws -> Bool
}
