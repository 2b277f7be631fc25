public import GleanerCore
import Synchronization

/// The policies in force, in memory: asked of every call.
public final class CurrentPolicies: Sendable {
    private let state = Mutex<[ID<Project>: PolicyVersion]>([:])
    /// Those whose calls wait for a judgement: mostly none, so that asking costs next to nothing.
    private let blocking = Mutex<[ID<Project>: PolicyVersion]>([:])
    /// Those whose personal data is not stored as it is.
    private let redacting = Mutex<[ID<Project>: PolicyVersion]>([:])

    public init() {}

    func blocking(_ project: ID<Project>) -> PolicyVersion? { blocking.withLock { $0[project] } }
    func redacting(_ project: ID<Project>) -> PolicyVersion? { redacting.withLock { $0[project] } }

    /// The built-in one when the project has none.
    public subscript(project: ID<Project>) -> PolicyVersion { state.withLock { $0[project] } ?? .builtIn }

    var all: [ID<Project>: PolicyVersion] { state.withLock { $0 } }

    func replace(_ policies: [ID<Project>: PolicyVersion]) {
        state.withLock { $0 = policies }
        blocking.withLock { $0 = policies.filter { $0.value.policy.mode == .blocking } }
        redacting.withLock { $0 = policies.filter { $0.value.policy.personalData != .keep } }
    }
}
