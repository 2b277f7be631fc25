import Foundation
import GleanerCore
import Glibc

/// A training program of the operator's, as a child that outlives this process.
///
/// Each job has a directory below the data directory: the training files, `request.json`, and a directory for each start
/// (`run-1`, `run-2`, …) with what the program wrote. The directory is the only truth: a program that still runs after
/// Gleaner was killed is followed on, and making a start's directory is what keeps a second program from starting.
struct CommandDriver: TuningDriver {
    let command: [String]
    let configuration: TuningConfiguration

    /// Programs run where their directory is; an instance elsewhere cannot see them.
    private var place: String {
        get throws { try TrainerPlace.id(in: configuration.directory) }
    }

    /// With the id of this data directory, so that another instance's job is not taken for one that was never begun.
    func name(of step: TuningStep, for job: ID<TuningJob>) -> String {
        step == .job ? "\((try? place) ?? "-")/\(job)" : "\(job)/\(step.file ?? "")"
    }

    // MARK: Files: they stay where they are

    func files(named name: String, upload: String?) async throws -> [String] {
        let path = configuration.directory.appendingPathComponent(name).path
        return FileManager.default.fileExists(atPath: path) ? [path] : []
    }

    func makeFile(_ file: TuningFile, began: @Sendable (String) async throws -> Void) async throws -> String {
        file.url.path
    }

    func isReady(file: String) async throws -> Bool { FileManager.default.fileExists(atPath: file) }

    func deleteFile(_ id: String) async throws { try? FileManager.default.removeItem(atPath: id) }

    // MARK: Jobs

    func jobs(for order: TuningOrder) async throws -> [RemoteJob] {
        try checkPlace(order.name)
        let work = TrainerDirectory(configuration.directory(of: order.job.description))
        return work.lastStart == nil ? [] : [try await job(order.name)]
    }

    func makeJob(_ order: TuningOrder) async throws -> RemoteJob {
        try checkPlace(order.name)
        let work = TrainerDirectory(configuration.directory(of: order.job.description))
        try work.write(request: TrainerRequest(order, directory: work.url))
        try await start(work, 1, of: order.job.description)
        return try await job(order.name)
    }

    func job(_ id: String) async throws -> RemoteJob {
        try checkPlace(id)
        let name = String(id.split(separator: "/").last ?? "")
        let work = TrainerDirectory(configuration.directory(of: name))
        guard let start = work.lastStart else { throw DriverFault.gone }
        let run = work.run(start)
        // Before the words: what ends says its last one first.
        let state = run.state
        let words = run.words
        switch state {
        case .starting, .running:
            if let since = work.cancelledAt, since.timeIntervalSinceNow < -configuration.trainerGrace.seconds {
                run.signal(SIGKILL)
            }
            return RemoteJob(id: id, rawStatus: "running", trainedTokens: words.trainedTokens, createdAt: run.startedAt)
        case .ended(0) where words.model != nil:
            return RemoteJob(
                id: id, rawStatus: "succeeded", model: words.model, trainedTokens: words.trainedTokens,
                createdAt: run.startedAt)
        case .ended, .lost:
            if work.cancelledAt != nil { return RemoteJob(id: id, rawStatus: "cancelled") }
            let isRetried = state == .lost || state == .ended(TrainerRun.tryAgain)
            if isRetried, start < configuration.trainerStarts {
                try await self.start(work, start + 1, of: name)
                return RemoteJob(id: id, rawStatus: "running", createdAt: run.startedAt)
            }
            return RemoteJob(id: id, rawStatus: "failed", failure: run.failure(words))
        }
    }

    func news(of job: String, known: Set<String>) async throws -> TuningNews {
        let work = TrainerDirectory(configuration.directory(of: String(job.split(separator: "/").last ?? "")))
        var news = TuningNews()
        guard let last = work.lastStart else { return news }
        for start in 1...last { news.add(work.run(start).words.news(of: start), without: known) }
        return news
    }

    /// Everything was said on the way.
    func results(of job: RemoteJob) async throws -> [TuningMetric] { [] }

    func cancel(_ job: String) async throws {
        try checkPlace(job)
        let work = TrainerDirectory(configuration.directory(of: String(job.split(separator: "/").last ?? "")))
        try work.markCancelled()
        if let start = work.lastStart { work.run(start).signal(SIGTERM) }
    }

    // MARK: Starting

    private func start(_ work: TrainerDirectory, _ number: Int, of job: String) async throws {
        do {
            try await TrainerLaunch(command: command, work: work, number: number, job: job).launch()
        } catch {
            throw DriverFault.refused(
                TuningFailure(code: "trainer_failed", message: "The training program could not be started: \(error)"))
        }
    }

    private func checkPlace(_ name: String) throws {
        let place = try place
        guard name.hasPrefix("\(place)/") else {
            throw DriverFault.notNow(
                "the job's files are in the data directory of another instance", after: .seconds(30))
        }
    }
}

extension TuningNews {
    /// Without what comes before the newest line that is known; of many events only the newest are.
    fileprivate mutating func add(_ other: TuningNews, without known: Set<String>) {
        let newest = known.filter { $0.wholeMatch(of: /run-[0-9]-[0-9]{6}/) != nil }.max() ?? ""
        events += other.events.filter { !known.contains($0.id) && ($0.id > newest || $0.level == "warn") }
        metrics += other.metrics
        checkpoints += other.checkpoints
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
