public import AsyncPostgres
public import Foundation
public import GleanerCore

/// Deletes what trainers were given, once it is not needed any more or must not be there any more.
public struct TuningFileKeeper: Sendable {
    private let store: TuningStore
    private let drivers: TuningDrivers

    public init(pool: PostgresPool, drivers: TuningDrivers) {
        store = TuningStore(pool: pool)
        self.drivers = drivers
    }

    /// Deletes the files of one job at its trainer. What is gone already is no fault.
    /// - Returns: the ids of the files that are gone now.
    /// - Throws: `TuningError.jobUnknown`, `.jobRuns`; `DriverFault` when the trainer does not answer or refuses.
    @discardableResult
    public func deleteFiles(of id: ID<TuningJob>, in project: ID<Project>) async throws -> [String] {
        guard let job = try await store.job(id, of: project) else { throw TuningError.jobUnknown(id) }
        guard job.state.isEnd else { throw TuningError.jobRuns(id) }
        guard let driver = drivers.driver(for: job) else { throw TuningError.noCommand }
        var deleted: Set<String> = []
        for file in job.files.values { deleted.insert(file) }
        // One that was made and never noted, because everything ended in between, is found by its name.
        for row in try await store.steps(of: id).values where row.step != .job && row.result == nil {
            deleted.formUnion(try await driver.files(named: row.name, upload: row.upload))
        }
        for file in deleted.sorted() { try await driver.deleteFile(file) }
        try await store.filesWereDeleted(id)
        return deleted.sorted()
    }

    /// The same of all jobs that learned from a dataset version, for an erasure. Jobs that still run are left out: their
    /// ids are returned, to be cancelled first.
    public func deleteFiles(
        from version: UUID, in project: ID<Project>
    ) async throws -> (deleted: [String], running: [ID<TuningJob>]) {
        var deleted: [String] = []
        var running: [ID<TuningJob>] = []
        for job in try await store.jobs(from: version, of: project) {
            if job.state.isEnd {
                deleted += try await deleteFiles(of: job.id, in: project)
            } else {
                running.append(job.id)
            }
        }
        return (deleted, running)
    }
}
