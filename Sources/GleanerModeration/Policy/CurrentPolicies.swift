import AsyncPostgres
public import GleanerCore
import Synchronization

/// The policies in force, in memory: asked of every call.
///
/// Until they have been read nobody knows which project wants what, so until then none is without a policy: calls wait
/// for a moment and are refused then, and nothing is stored.
public final class CurrentPolicies: Sendable {
    /// Where what is known comes from.
    enum Source: Comparable {
        case nowhere
        /// The last ones of an earlier run: good enough for the gate.
        case file
        /// The database itself, which whoever stores anything has.
        case database
    }
    private struct State {
        var source = Source.nowhere
        var all: [ID<Project>: PolicyVersion] = [:]
        /// Those whose calls wait for a judgement: mostly none, so that asking costs next to nothing.
        var blocking: [ID<Project>: PolicyVersion] = [:]
        /// Those whose personal data is not stored as it is.
        var redacting: [ID<Project>: PolicyVersion] = [:]
    }
    private let state = Mutex(State())

    public init() {}

    /// What a call has to wait for.
    enum Gate {
        case none
        case by(PolicyVersion)
        case notKnown
    }

    func gate(for project: ID<Project>) -> Gate {
        state.withLock { state in
            if let version = state.blocking[project] { return .by(version) }
            return state.source == .nowhere ? .notKnown : .none
        }
    }

    func blocking(_ project: ID<Project>) -> PolicyVersion? { state.withLock { $0.blocking[project] } }
    func redacting(_ project: ID<Project>) -> PolicyVersion? { state.withLock { $0.redacting[project] } }
    /// What any project does not want to be stored.
    var notStored: Set<PIIKind> {
        state.withLock { state in
            state.redacting.values.filter { $0.policy.personalData == .redactStored }
                .reduce(into: []) { $0.formUnion($1.policy.kinds) }
        }
    }

    /// The built-in one when the project has none.
    public subscript(project: ID<Project>) -> PolicyVersion { state.withLock { $0.all[project] } ?? .builtIn }

    var all: [ID<Project>: PolicyVersion] { state.withLock { $0.all } }
    var source: Source { state.withLock { $0.source } }

    func replace(_ policies: [ID<Project>: PolicyVersion], from source: Source = .database) {
        state.withLock { state in
            state = State(
                source: max(source, state.source), all: policies,
                blocking: policies.filter { $0.value.policy.mode == .blocking },
                redacting: policies.filter { $0.value.policy.personalData != .keep })
        }
    }

    /// Waits until policies come from there; they mostly do already.
    /// - Returns: whether they do.
    func known(from source: Source, within limit: Duration) async -> Bool {
        let deadline = ContinuousClock.now + limit
        while self.source < source {
            guard ContinuousClock.now < deadline, !Task.isCancelled else { return false }
            try? await Task.sleep(for: .milliseconds(10))
        }
        return true
    }

    /// What the database says now, for one piece of work rather than for a service.
    /// - Throws: `PostgresError`.
    public static func read(from store: PolicyStore) async throws -> CurrentPolicies {
        let policies = CurrentPolicies()
        policies.replace(try await store.inForce(heads: store.heads(), before: [:]) { _, _ in })
        return policies
    }
}
