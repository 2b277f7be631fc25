import Foundation
import GleanerCore
import GleanerJobs

/// One run of one fine-tune: does what `TuningMachine` says, and tells it what happened.
struct TuningRun: Sendable {
    let job: TuningJob
    let store: TuningStore
    let files: any TrainingFiles
    let driver: any TuningDriver
    let configuration: TuningConfiguration
    let running: RunningJob

    var machine: TuningMachine
    var rows: [TuningStep: TuningStore.StepRow]
    private let set: TrainingSet?
    var remote: RemoteJob?
    /// Looks that failed, one after another.
    var failures = 0
    var noted: (state: TuningState, reason: String?)

    init(
        _ job: TuningJob, store: TuningStore, files: any TrainingFiles, driver: any TuningDriver,
        configuration: TuningConfiguration, running: RunningJob
    ) async throws {
        self.job = job
        self.store = store
        self.files = files
        self.driver = driver
        self.configuration = configuration
        self.running = running
        set = try await files.set(job.datasetVersion, in: job.project)
        rows = try await store.steps(of: job.id)
        // Whoever wrote an intent down may have acted on it.
        machine = TuningMachine(
            hasValidation: (set?.validationRows ?? 0) > 0 || rows[.validationFile] != nil,
            steps: rows.mapValues { $0.result.map(TuningMachine.Step.made) ?? .intended(maybeMade: true) },
            isCancelWanted: job.cancelAt != nil)
        noted = (job.state, job.stateReason)
    }

    mutating func toItsEnd() async throws {
        while true {
            try Task.checkCancellation()
            if !machine.isCancelWanted, try await store.isCancelWanted(job.id) { machine.cancelWanted() }
            let action = machine.next
            if case .end(let ending) = action { return try await end(ending) }
            try await note(failures > 2 ? noted.reason : nil)
            do {
                try await perform(action)
                failures = 0
            } catch let fault as DriverFault {
                try await react(to: fault, while: action)
            } catch let failure as TuningFailure {
                machine.failed(failure)
            }
        }
    }

    // MARK: Steps

    private mutating func perform(_ action: TuningMachine.Action) async throws {
        switch action {
        case .intend(let step):
            rows[step] = try await store.intend(step, driver.name(of: step, for: job.id), for: job.id, holding: running)
            machine.intended(step)
            FaultPoint.tuningIntended.pass()
        case .find(let step): try await find(step)
        case .make(.job): try await makeJob()
        case .make(let step): try await makeFile(step)
        case .cancel:
            guard let id = machine.id(of: .job) else { return }
            try await driver.cancel(id)
            machine.cancelSent()
            try await say("cancel", "Asked the trainer to cancel, as \(job.cancelledBy ?? "somebody") wanted.")
        case .follow: try await follow()
        case .end: break
        }
    }

    private mutating func makeFile(_ step: TuningStep) async throws {
        guard let set, let row = rows[step], let name = step.file else { return try gone() }
        let directory = configuration.directory(of: job.id.description)
        try await files.write(set, in: job.project, to: directory)
        try Task.checkCancellation()
        let file = TuningFile(name: row.name, url: directory.appendingPathComponent(name))
        let id = try await driver.makeFile(file) { [store, job, running] upload in
            try await store.began(upload: upload, of: step, for: job.id, holding: running)
        }
        try await keep(step, id)
        try await say(step.rawValue, "Handed over \(name) as \(id).")
    }

    private mutating func makeJob() async throws {
        // Read again: it may have been withdrawn while the files went up.
        guard let set = try await files.set(job.datasetVersion, in: job.project) else { return try gone() }
        if let reason = set.withdrawnReason {
            return machine.failed(TuningFailure(code: "set_withdrawn", message: reason))
        }
        guard let order = order() else { return }
        for file in [order.trainingFile, order.validationFile].compactMap(\.self) {
            guard try await driver.isReady(file: file) else {
                throw DriverFault.notNow("the trainer still looks at \(file)", after: nil)
            }
        }
        let made = try await driver.makeJob(order)
        try await keep(.job, made.id)
        try await say("job", "The trainer has the job as \(made.id).")
    }

    /// Looks until it is there, or until what was asked for must have come to an end.
    private mutating func find(_ step: TuningStep) async throws {
        guard let row = rows[step] else { return machine.foundNone(step) }
        let deadline = ContinuousClock.now + configuration.settle
        while true {
            let found: [String]
            if step == .job {
                guard let order = order() else { return }
                found = try await driver.jobs(for: order).map(\.id)
            } else {
                found = try await driver.files(named: row.name, upload: row.upload)
            }
            if let first = found.first {
                try await keep(step, first)
                try await say("found-\(step.rawValue)", "Found again at the trainer: \(first).")
                return try await drop(found.dropFirst(), of: step)
            }
            guard ContinuousClock.now < deadline else { return machine.foundNone(step) }
            try await Task.sleep(for: min(configuration.settle / 8, .seconds(10)))
        }
    }

    /// A worker that was taken for dead and was not may have made another one. Only one is paid for.
    private func drop(_ others: ArraySlice<String>, of step: TuningStep) async throws {
        for other in others {
            if step == .job { try await driver.cancel(other) } else { try await driver.deleteFile(other) }
            try await say(
                "dropped-\(other)", "There was a second one at the trainer, \(other); it is given up.", "warn")
        }
    }

    private mutating func keep(_ step: TuningStep, _ id: String) async throws {
        FaultPoint.tuningMade.pass()
        try await store.made(step, id, for: job.id, holding: running)
        machine.made(step, id)
        FaultPoint.tuningNoted.pass()
    }

    // MARK: The end

    private mutating func end(_ ending: TuningMachine.Ending) async throws {
        var results: [TuningMetric] = []
        if case .succeeded = ending, let remote {
            do {
                results = try await driver.results(of: remote)
            } catch is DriverFault {
                // A curve less is no reason to wait for a model.
            }
        }
        FaultPoint.tuningEnding.pass()
        try await store.end(ending, job, remote, results: results, holding: running)
        if job.driver == .openAI {
            try? FileManager.default.removeItem(at: configuration.directory(of: job.id.description))
        }
    }

    private mutating func gone() throws {
        machine.failed(TuningFailure(code: "set_gone", message: "The dataset version is gone."))
    }

    private func order() -> TuningOrder? {
        guard let training = machine.id(of: .trainingFile), let row = rows[.job] else { return nil }
        return TuningOrder(
            job: job.id, name: row.name, baseModel: job.baseModel, suffix: job.suffix, seed: job.seed,
            method: job.method, hyperparameters: job.hyperparameters, trainingFile: training,
            validationFile: machine.id(of: .validationFile), intendedAt: row.intendedAt)
    }

    mutating func note(_ reason: String?) async throws {
        let state = machine.state
        guard noted.state != state || noted.reason != reason else { return }
        try await store.note(state, reason: reason, for: job.id, holding: running)
        noted = (state, reason)
    }

    private func say(_ id: String, _ message: String, _ level: String = "info") async throws {
        try await store.say(id, message, level: level, for: job.id, holding: running)
    }
}
