import Foundation
import GleanerCore
import GleanerJobs

extension TuningRun {
    /// One look at the job, and a pause before the next unless it has ended.
    mutating func follow() async throws {
        guard let id = machine.id(of: .job) else { return }
        let seen = try await driver.job(id)
        // After the state: what is said before the end is read at the end.
        let known = Set(try await store.events(of: job.id, limit: 500).map(\.id))
        let news = try await driver.news(of: id, known: known)
        try await store.note(seen, news, for: job.id, holding: running)
        noted = (.training, nil)
        try await running.report(["status": .string(seen.rawStatus.storable)])
        remote = seen
        machine.saw(seen)
        if !seen.status.isEnd { try await pause(configuration.poll * Double.random(in: 0.8...1.2)) }
    }

    /// Waits; somebody who wants to cancel is heard within two seconds.
    private func pause(_ duration: Duration) async throws {
        let deadline = ContinuousClock.now + duration
        while ContinuousClock.now < deadline {
            try await Task.sleep(for: min(.seconds(2), deadline - ContinuousClock.now))
            if !machine.isCancelWanted, try await store.isCancelWanted(job.id) { return }
        }
    }

    mutating func react(to fault: DriverFault, while action: TuningMachine.Action) async throws {
        failures += 1
        switch (action, fault) {
        case (.make(let step), .unsure): machine.lostTrack(of: step)
        case (.make, .refused(let failure)): return machine.failed(failure)
        case (.make, .gone):
            return machine.failed(TuningFailure(code: "not_found", message: "The trainer does not know this call."))
        // Right after a job was made, not every server of a provider knows it.
        case (.follow, .gone) where failures > 10 && !isFresh:
            return machine.failed(TuningFailure(code: "job_lost", message: "The trainer answers 404 for this job."))
        default: break
        }
        var asked: Duration?
        if case .notNow(_, let after) = fault { asked = after }
        let longest = min(configuration.poll * Double(1 << min(failures, 8)), configuration.longestPause)
        if failures > 2 || action == .follow { try await note(fault.words) }
        try await pause(max(asked ?? .zero, failures == 1 ? configuration.poll / 8 : longest / 2))
    }

    private var isFresh: Bool {
        guard let row = rows[.job] else { return true }
        return Date().timeIntervalSince(row.intendedAt) < Double(configuration.settle.components.seconds)
    }
}
