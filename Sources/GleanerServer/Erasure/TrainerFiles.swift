public import Foundation
public import GleanerCore
public import GleanerErasure
public import GleanerTuning

/// Deletes at their trainers what fine-tunes uploaded. Those that still run are cancelled first, and waited for.
///
/// Files of training programs lie in data directories; the instances remove them there.
public struct TrainerFiles: ProviderFiles {
    static let actor = "gleaner:erasure"

    let service: TuningService
    let keeper: TuningFileKeeper
    /// A trainer may take its time to end; what it has not ended by then is looked at again twenty minutes later.
    let patience: Duration

    public init(service: TuningService, keeper: TuningFileKeeper, patience: Duration = .seconds(60)) {
        self.service = service
        self.keeper = keeper
        self.patience = patience
    }

    public func erase(of versions: [UUID], in project: ID<Project>) async throws -> [ProviderFileErasure] {
        for job in try await jobs(from: versions, project) where !job.state.isEnd {
            do {
                _ = try await service.cancel(job.id, by: Self.actor, in: project)
            } catch TuningError.jobEnded {
                // It was quicker.
            }
        }
        let deadline = ContinuousClock.now + patience
        var jobs = try await jobs(from: versions, project)
        while jobs.contains(where: { !$0.state.isEnd }), ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(250))
            jobs = try await self.jobs(from: versions, project)
        }
        var erased: [ProviderFileErasure] = []
        for job in jobs where job.driver == .openAI { erased += await erase(of: job, project) }
        return erased
    }

    private func jobs(from versions: [UUID], _ project: ID<Project>) async throws -> [TuningJob] {
        var jobs: [TuningJob] = []
        for version in versions { jobs += try await service.jobs(from: version, in: project) }
        return jobs
    }

    private func erase(of job: TuningJob, _ project: ID<Project>) async -> [ProviderFileErasure] {
        let whole = "files of tuning job \(job.id)"
        guard job.state.isEnd else {
            return [
                ProviderFileErasure(
                    provider: job.provider, file: whole,
                    failure:
                        "the job was asked to end and has not yet; they are deleted when it has, within half an hour "
                        + "or by `gleaner tune delete-files \(job.id)`.")
            ]
        }
        do {
            return try await keeper.deleteFiles(of: job.id, in: project).map {
                ProviderFileErasure(provider: job.provider, file: $0, failure: nil)
            }
        } catch {
            let reason = (error as? DriverFault)?.words ?? "\(error)"
            let files = job.files.isEmpty ? [whole] : job.files.values.sorted()
            return files.map {
                ProviderFileErasure(
                    provider: job.provider, file: $0,
                    failure: "it could not be deleted (\(reason)); try `gleaner tune delete-files \(job.id)`.")
            }
        }
    }
}
