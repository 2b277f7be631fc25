public import AsyncPostgres
import Foundation
public import GleanerCore
public import GleanerJobs

/// Takes an exchange, an end user or a conversation out of everything, and says what it took.
///
/// In two steps: what is asked for is counted and shown, and only what has been confirmed is erased.
public struct ErasureService: Sendable {
    let store: ErasureStore
    let raters: any RaterNames
    private let queue: JobQueue

    public init(pool: PostgresPool, queue: JobQueue, raters: any RaterNames) {
        store = ErasureStore(pool: pool)
        self.queue = queue
        self.raters = raters
    }

    /// Rows that an erasure would take, by table. Everything is deleted and taken back, a few hundred exchanges a time.
    public func preview(_ subject: ErasureSubject, in project: ID<Project>) async throws -> [String: Int64] {
        try await count(subject, in: project).rows
    }

    /// Counts what would go and keeps the wish for an hour.
    /// - Parameters:
    ///   - forbid: whether new exchanges of the subject are not to be kept either.
    ///   - reason: for the receipt, where it stays.
    ///   - actor: who asks: `key:NAME`, `cli` or a handle.
    public func propose(
        _ subject: ErasureSubject, forbid: Bool, reason: String, by actor: String, in project: ID<Project>
    ) async throws -> Erasure {
        guard reason.unicodeScalars.count <= 500, !reason.unicodeScalars.contains(where: { $0.value < 0x20 }) else {
            throw ErasureError.reasonInvalid
        }
        try await store.forgetProposals()
        let tally = try await count(subject, in: project)
        let id = try await store.insert(
            subject, hash: SubjectHash(key: store.key())(subject, in: project), forbid: forbid, reason: reason,
            preview: tally, by: actor, in: project)
        return try await find(id, in: project)
    }

    /// From here on nothing of it is stored again; what is there is erased by a job.
    @discardableResult
    public func confirm(_ id: ID<Erasure>, by actor: String, in project: ID<Project>) async throws -> Erasure {
        guard try await store.confirm(id, by: actor, in: project, queue: queue) else {
            guard try await store.find(id, in: project) != nil else { throw ErasureError.unknown(id) }
            throw ErasureError.proposalOld(id)
        }
        return try await find(id, in: project)
    }

    public func find(_ id: ID<Erasure>, in project: ID<Project>) async throws -> Erasure {
        guard let found = try await store.find(id, in: project) else { throw ErasureError.unknown(id) }
        return found
    }

    /// Newest first.
    public func list(of project: ID<Project>, before: ID<Erasure>? = nil, limit: Int) async throws -> [Erasure] {
        try await store.list(of: project, before: before, limit: limit)
    }

    private func count(_ subject: ErasureSubject, in project: ID<Project>) async throws -> ErasureTally {
        try await ErasureSweep(
            pool: store.pool, project: project, subject: subject, before: store.now(),
            raters: raters.all(of: subject, in: project), erasure: nil
        ).run()
    }
}

extension RaterNames {
    /// The end user's own name among them, as a backend may give it.
    func all(of subject: ErasureSubject, in project: ID<Project>) -> [String] {
        guard case .endUser(let name) = subject else { return [] }
        return [name] + raters(of: name, in: project)
    }
}
