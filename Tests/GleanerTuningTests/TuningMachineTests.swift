import Testing

@testable import GleanerTuning

@Suite("Tuning machine")
struct TuningMachineTests {
    private let failure = TuningFailure(code: "x", message: "y")

    @Test("files are made before the job, each intended first, and then the job is followed to its end")
    func wholePath() {
        var machine = TuningMachine(hasValidation: true)
        for (step, state) in [
            (TuningStep.trainingFile, TuningState.preparing), (.validationFile, .preparing), (.job, .submitting),
        ] {
            #expect(machine.next == .intend(step))
            machine.intended(step)
            #expect(machine.next == .make(step))
            #expect(machine.state == state)
            machine.made(step, step.rawValue)
        }
        #expect(machine.next == .follow)
        #expect(machine.state == .training)
        machine.saw(RemoteJob(id: "j", rawStatus: "validating_files"))
        machine.saw(RemoteJob(id: "j", rawStatus: "paused"))
        #expect(machine.next == .follow)
        machine.saw(RemoteJob(id: "j", rawStatus: "succeeded", model: "ft:x"))
        #expect(machine.next == .end(.succeeded(model: "ft:x")))
        #expect(machine.state == .succeeded)
    }

    @Test("without validation rows there is no validation file")
    func noValidation() {
        var machine = TuningMachine(hasValidation: false)
        machine.made(.trainingFile, "f")
        #expect(machine.next == .intend(.job))
    }

    @Test("what may have been made is looked for before it is made, at every step", arguments: TuningStep.allCases)
    func uncertain(_ step: TuningStep) {
        var steps: [TuningStep: TuningMachine.Step] = [:]
        for earlier in TuningStep.allCases {
            if earlier == step { break }
            steps[earlier] = .made("m")
        }
        steps[step] = .intended(maybeMade: true)
        var machine = TuningMachine(hasValidation: true, steps: steps)
        #expect(machine.next == .find(step))
        var found = machine
        found.made(step, "there")
        #expect(found.next != .make(step))
        machine.foundNone(step)
        #expect(machine.next == .make(step))
        machine.lostTrack(of: step)
        #expect(machine.next == .find(step))
    }

    @Test("a cancellation before anything is intended ends it; after that, what may run is found first")
    func cancelling() {
        var early = TuningMachine(hasValidation: false, isCancelWanted: true)
        #expect(early.next == .end(.cancelled))
        early = TuningMachine(hasValidation: false, steps: [.trainingFile: .made("f")], isCancelWanted: true)
        #expect(early.next == .end(.cancelled))
        var late = TuningMachine(
            hasValidation: false, steps: [.trainingFile: .made("f"), .job: .intended(maybeMade: true)],
            isCancelWanted: true)
        #expect(late.next == .find(.job))
        var none = late
        none.foundNone(.job)
        #expect(none.next == .end(.cancelled))
        late.made(.job, "j")
        #expect(late.next == .cancel)
        late.cancelSent()
        #expect(late.next == .follow)
        late.saw(RemoteJob(id: "j", rawStatus: "running"))
        #expect(late.next == .follow)
        late.saw(RemoteJob(id: "j", rawStatus: "cancelled"))
        #expect(late.next == .end(.cancelled))
    }

    @Test("a job that succeeded before it was cancelled has succeeded")
    func quicker() {
        var machine = TuningMachine(
            hasValidation: false, steps: [.trainingFile: .made("f"), .job: .made("j")], isCancelWanted: true)
        machine.saw(RemoteJob(id: "j", rawStatus: "completed", model: "m"))
        #expect(machine.next == .end(.succeeded(model: "m")))
    }

    @Test("a refusal ends it with the trainer's words")
    func refused() {
        var machine = TuningMachine(hasValidation: false)
        machine.intended(.trainingFile)
        machine.failed(failure)
        #expect(machine.next == .end(.failed(failure)))
        #expect(machine.state == .failed)
    }

    @Test("a job that ends without a model has failed")
    func modelless() {
        var machine = TuningMachine(hasValidation: false, steps: [.trainingFile: .made("f"), .job: .made("j")])
        machine.saw(RemoteJob(id: "j", rawStatus: "succeeded"))
        guard case .end(.failed(let failure)) = machine.next else {
            Issue.record("it goes on")
            return
        }
        #expect(failure.code == "no_model")
    }

    @Test(
        "words of other servers are understood, and unknown ones are no end",
        arguments: [
            ("validating_files", RemoteJob.Status.queued), ("queued", .queued), ("pending", .queued),
            ("running", .running), ("compressing", .running), ("uploading", .running), ("succeeded", .succeeded),
            ("completed", .succeeded), ("failed", .failed), ("error", .failed), ("user_error", .failed),
            ("cancelled", .cancelled), ("paused", .other), ("pausing", .other), ("cancel_requested", .other),
            ("something-new", .other),
        ])
    func words(_ raw: String, _ status: RemoteJob.Status) {
        #expect(RemoteJob.Status(raw) == status)
        #expect(status == .other ? !status.isEnd : true)
    }
}
