import AsyncPostgres
import GleanerCore
import Logging

/// Runs one claimed job to its end and says how it ended.
struct JobRun: Sendable {
    let handler: any JobHandler
    let queue: JobQueue
    let metrics: JobMetrics
    let logger: Logger

    func callAsFunction(_ lease: JobLease) async {
        let outcome = await outcome(of: lease)
        metrics.count(outcome, of: handler.kind)
        let metadata: Logger.Metadata = [
            "job.id": "\(lease.job)", "job.kind": "\(handler.kind.rawValue)", "job.attempt": "\(lease.attempt)",
            "job.outcome": "\(outcome.rawValue)",
        ]
        logger.debug("job ended", metadata: metadata)
    }

    private func outcome(of lease: JobLease) async -> JobOutcome {
        do {
            try await work(lease)
            return await tell(lease) {
                try await queue.complete(lease)
                return .done
            }
        } catch  where Task.isCancelled {
            // Told from a task of its own: this one can no longer speak to the database. Once: a stop does not wait for a
            // database that is away, or whose pool has stopped before; then the lease runs out.
            return await Task { (try? await giveBack(lease)) ?? .lost }.value
        } catch JobError.leaseLost {
            return .lost
        } catch {
            return await tell(lease) { try await fail(lease, error) }
        }
    }

    /// The handler, with a heart that beats beside it. When another has taken the job, the handler is cancelled.
    private func work(_ lease: JobLease) async throws {
        try await withThrowingTaskGroup { group in
            group.addTask {
                try await handler.run(RunningJob(lease: lease, queue: queue, leaseDuration: handler.lease))
            }
            group.addTask { try await beat(lease) }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// - Throws: `JobError.leaseLost`; the task's cancellation.
    private func beat(_ lease: JobLease) async throws {
        while true {
            try await Task.sleep(for: handler.lease / 3)
            do {
                try await queue.heartbeat(lease, for: handler.lease)
            } catch let error as PostgresError where error.isTransient {
                // The lease may outlive a database that is away for a moment; whether it did, the end will tell.
                continue
            }
        }
    }

    private func giveBack(_ lease: JobLease) async throws -> JobOutcome {
        try await queue.release(lease)
        return .released
    }

    private func fail(_ lease: JobLease, _ error: any Error) async throws -> JobOutcome {
        let pause: Duration? =
            switch error {
            case JobFailure.permanent: nil
            case JobFailure.later(let after, _): after
            default: RetryPause.after(attempt: lease.attempt)
            }
        let reason = JobFailure.reason(of: error)
        switch try await queue.fail(lease, reason: reason, pause: pause) {
        case .retried: return .retried
        case .dead:
            logger.error(
                "a job failed for good",
                metadata: [
                    "job.id": "\(lease.job)", "job.kind": "\(handler.kind.rawValue)", "job.attempt": "\(lease.attempt)",
                    "error": "\(reason)",
                ])
            return .dead
        }
    }

    /// Tells the queue how it ended, again and again while the database is away and the lease may still stand. After that
    /// the job is another's, and is run again.
    private func tell(_ lease: JobLease, _ word: () async throws -> JobOutcome) async -> JobOutcome {
        let deadline = ContinuousClock.now + handler.lease
        var pause = Duration.milliseconds(50)
        while true {
            do {
                return try await word()
            } catch let error as PostgresError where error.isTransient && ContinuousClock.now < deadline {
                try? await Task.sleep(for: pause)
                if Task.isCancelled { return .lost }
                pause = min(pause * 2, .seconds(1))
            } catch {
                return .lost
            }
        }
    }
}
