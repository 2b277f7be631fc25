import AsyncPostgres
import Foundation
import GleanerCore
import GleanerDemo
import GleanerJobs
import GleanerTestSupport
import Logging
import NIOCore
import Testing

@testable import GleanerTuning

@Suite("Tuning jobs", .database)
struct TuningJobTests {
    @Test("from a confirmed estimate to a model that answers, with its curve, events and generation")
    func wholePath() async throws {
        try await TuningWorld.with { world in
            try await world.dataset()
            let started = try await world.start()
            #expect(started.state == .waiting)
            try await world.run(started)
            let detail = try await world.service.detail(started.id, in: world.project)
            #expect(detail.job.state == .succeeded)
            let model = try #require(detail.job.fineTunedModel)
            #expect(model.hasPrefix("ft:demo-hinglish-1:gleaner-demo:test:"))
            #expect(detail.job.trainedTokens ?? 0 > 0)
            #expect(detail.job.providerStatus == "succeeded")
            #expect(detail.curve.count == 10)
            #expect(detail.curve.allSatisfy { $0.trainLoss != nil && $0.validLoss != nil })
            #expect(detail.curve.last?.trainLoss == 0)
            #expect(detail.events.contains { $0.message == "The job has successfully completed" })
            #expect(Set(detail.events.map(\.id)).count == detail.events.count)
            #expect(detail.checkpoints.count == 2)
            let models = try await world.service.models(in: world.project)
            #expect(models.map(\.model) == [model])
            #expect(models.first?.generation == 1 && models.first?.tuningJob == started.id)
            #expect(world.tuning.counts.files == 2 && world.tuning.counts.jobs == 1)
            let queued = try await JobQueue(pool: world.pool).list(of: world.project, limit: 10)
            #expect(queued.map(\.state) == [.done])
            // The provider got our id and the settings.
            let request = try #require(
                world.provider.requests.first { $0.method == "POST" && $0.path == "/v1/fine_tuning/jobs" })
            let body = try JSONValue(parsing: request.body)
            #expect(body["metadata"]?["gleaner_tuning_job"]?.stringValue == started.id.description)
            #expect(body["method"]?["supervised"]?["hyperparameters"]?["n_epochs"] == 2)
            #expect(body["seed"] == 7)
        }
    }

    @Test("killed at every moment of its way, there is one job and one of each file at the trainer, and a model")
    func killedEverywhere() async throws {
        try await TuningWorld.with(pace: .init(.milliseconds(5))) { world in
            var world = world
            world.settle = .milliseconds(10)
            try await world.dataset()
            var moment = 1
            while moment < 200 {
                let before = world.tuning.counts
                let job = try await world.start()
                var deaths = 0
                do {
                    try await world.run(job, MortalDriver(world.driver, dies: moment))
                } catch is MortalDriver.Killed {
                    deaths += 1
                    try await world.run(job)
                }
                let ended = try await world.job(job)
                #expect(ended.state == .succeeded, "killed at moment \(moment)")
                let after = world.tuning.counts
                #expect(after.files - before.files == 2, "killed at moment \(moment)")
                #expect(after.jobs - before.jobs == 1, "killed at moment \(moment)")
                if deaths == 0 { break }
                moment += 1
            }
            // Two files, a look at each, the job, and several looks at it: before and after every one.
            #expect(moment > 15)
        }
    }

    @Test("killed twice, at any two moments of making things, it is still one of each")
    func killedTwice() async throws {
        try await TuningWorld.with(pace: .init(.milliseconds(5))) { world in
            var world = world
            world.settle = .milliseconds(10)
            try await world.dataset()
            for first in 1...10 {
                for second in 1...6 {
                    let before = world.tuning.counts
                    let job = try await world.start()
                    for moment in [first, second] {
                        do {
                            try await world.run(job, MortalDriver(world.driver, dies: moment))
                            break
                        } catch is MortalDriver.Killed {}
                    }
                    if try await !world.job(job).state.isEnd { try await world.run(job) }
                    let after = world.tuning.counts
                    #expect(after.files - before.files == 2, "killed at \(first), then \(second)")
                    #expect(after.jobs - before.jobs == 1, "killed at \(first), then \(second)")
                }
            }
        }
    }

    @Test(
        "an answer that never comes is looked for, not asked for again",
        arguments: [
            TuningTrouble.Kind.silentAfter, .cutAfter, .statusAfter(500), .statusAfter(503),
        ])
    func answerLost(_ kind: TuningTrouble.Kind) async throws {
        try await TuningWorld.with { world in
            var world = world
            world.timeout = .milliseconds(300)
            try await world.dataset()
            world.tuning.trouble(TuningTrouble("POST", "/v1/files", kind, times: 2))
            world.tuning.trouble(TuningTrouble("POST", "/v1/fine_tuning/jobs", kind))
            let job = try await world.start()
            try await world.run(job)
            #expect(try await world.job(job).state == .succeeded)
            #expect(world.tuning.counts.files == 2)
            #expect(world.tuning.counts.jobs == 1)
        }
    }

    @Test(
        "what was not done is asked for again",
        arguments: [
            TuningTrouble.Kind.status(429), .status(500), .silent,
        ])
    func notDone(_ kind: TuningTrouble.Kind) async throws {
        try await TuningWorld.with { world in
            var world = world
            world.timeout = .milliseconds(300)
            try await world.dataset()
            world.tuning.trouble(TuningTrouble("POST", "/v1/files", kind))
            world.tuning.trouble(TuningTrouble("POST", "/v1/fine_tuning/jobs", kind))
            world.tuning.trouble(TuningTrouble("GET", "/v1/fine_tuning/jobs/*", kind, times: 2))
            let job = try await world.start()
            try await world.run(job)
            #expect(try await world.job(job).state == .succeeded)
            #expect(world.tuning.counts.files == 2 && world.tuning.counts.jobs == 1)
        }
    }

    @Test("an account without money fails at once, and says so")
    func noMoney() async throws {
        try await TuningWorld.with { world in
            try await world.dataset()
            world.tuning.trouble(
                TuningTrouble("POST", "/v1/fine_tuning/jobs", .status(429), times: 100, code: "insufficient_quota"))
            let job = try await world.start()
            try await world.run(job)
            let ended = try await world.job(job)
            #expect(ended.state == .failed)
            #expect(ended.error?.code == "insufficient_quota")
            #expect(world.provider.requests.count { $0.method == "POST" && $0.path == "/v1/fine_tuning/jobs" } == 1)
            #expect(try await world.service.models(in: world.project).isEmpty)
        }
    }

    @Test("a job that a moment ago was made and is not known yet is waited for")
    func notFoundAtFirst() async throws {
        try await TuningWorld.with { world in
            try await world.dataset()
            world.tuning.trouble(TuningTrouble("GET", "/v1/fine_tuning/jobs/*", .status(404), times: 3))
            let job = try await world.start()
            try await world.run(job)
            #expect(try await world.job(job).state == .succeeded)
            #expect(world.tuning.counts.jobs == 1)
        }
    }

    @Test("large files go up in parts, in order, once, also when killed in the middle")
    func parts() async throws {
        try await TuningWorld.with(pace: .init(.milliseconds(5))) { world in
            var world = world
            world.uploadAbove = 100
            world.partBytes = 300
            world.settle = .milliseconds(10)
            let answers = (0..<40).map { ("Sawaal number \($0)?", "Jawab: \(String(repeating: "x", count: $0))") }
            try await world.dataset(validation: 0, answers: answers)
            let job = try await world.start()
            do {
                // Its second moment is after the upload was begun and noted.
                try await world.run(job, MortalDriver(world.driver, dies: 3))
                Issue.record("it was not killed")
            } catch is MortalDriver.Killed {}
            try await world.run(job)
            #expect(try await world.job(job).state == .succeeded)
            let counts = world.tuning.counts
            #expect(counts.files == 1 && counts.jobs == 1)
            #expect(counts.uploads == 2)
            #expect(counts.parts > 5)
            let file = try #require(try await world.job(job).files[.trainingFile])
            let sent = try await world.driver.wire.send("GET", "files/\(file)/content", isSafe: true)
            let lines = Array(sent.readableBytesView).split(separator: 0x0A)
            #expect(lines.count == 40)
            #expect(
                try JSONValue(parsing: lines[39])["messages"]?.arrayValue?.last?["content"]?.stringValue
                    == answers[39].1)
        }
    }

    @Test("a second job, made by a worker that was taken for dead, is cancelled")
    func second() async throws {
        try await TuningWorld.with(pace: .init(.milliseconds(300))) { world in
            try await world.dataset(validation: 0)
            let job = try await world.start()
            do {
                // The job is made and not noted: file 1–2, ready 3–4, job 5–6.
                try await world.run(job, MortalDriver(world.driver, dies: 6))
                Issue.record("it was not killed")
            } catch is MortalDriver.Killed {}
            let made = try #require(
                world.provider.requests.last { $0.method == "POST" && $0.path == "/v1/fine_tuning/jobs" })
            _ = try await world.driver.wire.json(
                "POST", "fine_tuning/jobs", .json(JSONValue(parsing: made.body)), isSafe: false)
            try await world.run(job)
            #expect(try await world.job(job).state == .succeeded)
            #expect(world.tuning.counts.jobs == 2 && world.tuning.counts.cancels == 1)
        }
    }

    @Test("a cancellation before anything was sent sends nothing; one during training stops it there")
    func cancelled() async throws {
        try await TuningWorld.with(pace: .init(validating: .zero, queued: .zero, running: .seconds(60))) { world in
            try await world.dataset()
            let early = try await world.start()
            _ = try await world.service.cancel(early.id, by: "ravi", in: world.project)
            try await world.run(early)
            #expect(try await world.job(early).state == .cancelled)
            #expect(world.tuning.counts.files == 0 && world.tuning.counts.jobs == 0)

            let late = try await world.start()
            async let run: Void = world.run(late)
            for _ in 0..<3000 {
                if try await world.job(late).state == .training { break }
                try await Task.sleep(for: .milliseconds(20))
            }
            _ = try await world.service.cancel(late.id, by: "ravi", in: world.project)
            try await run
            let ended = try await world.job(late)
            #expect(ended.state == .cancelled && ended.cancelledBy == "ravi" && ended.fineTunedModel == nil)
            #expect(world.tuning.counts.cancels == 1)
            await #expect(throws: TuningError.jobEnded(late.id, .cancelled)) {
                try await world.service.cancel(late.id, by: "ravi", in: world.project)
            }
        }
    }

    @Test(
        "failures of the file and, hours later, of the model are ordinary ends",
        arguments: [
            ("nasty-validation", "invalid_training_file", "does not accept the file"),
            ("nasty-safety", "model_safety", "safety evaluation"),
        ])
    func failed(_ suffix: String, _ code: String, _ why: String) async throws {
        try await TuningWorld.with { world in
            try await world.dataset()
            let job = try await world.start(suffix: suffix)
            try await world.run(job)
            let ended = try await world.job(job)
            #expect(ended.state == .failed)
            #expect(ended.error?.code == code)
            #expect(ended.error?.why.contains(why) == true)
            #expect(ended.finishedAt != nil)
            #expect(try await JobQueue(pool: world.pool).list(of: world.project, limit: 1).first?.state == .done)
        }
    }

    @Test("a file that the provider's moderation stops, and one that is too short")
    func badFiles() async throws {
        try await TuningWorld.with { world in
            let bad = (0..<12).map { ("Sawaal \($0)?", $0 == 5 ? "A bomb is made so." : "Jawab.") }
            try await world.dataset("bad", answers: bad)
            try await world.dataset("short", rows: 4)
            for (name, why) in [("bad", "moderation stopped"), ("short", "10 examples are the least")] {
                let job = try await world.start(name)
                try await world.run(job)
                let error = try #require(try await world.job(job).error)
                #expect((error.why + error.fix).contains(why))
            }
        }
    }

    @Test("a status that nobody documents is no end")
    func paused() async throws {
        try await TuningWorld.with(pace: .init(.milliseconds(60))) { world in
            try await world.dataset()
            let job = try await world.start(suffix: "nasty-paused")
            try await world.run(job)
            #expect(try await world.job(job).state == .succeeded)
        }
    }

    @Test("pairs train by dpo, and only by dpo")
    func pairs() async throws {
        try await TuningWorld.with { world in
            try await world.dataset("pairs", kind: "preference")
            await #expect(throws: TuningError.self) { _ = try await world.start("pairs") }
            let job = try await world.start("pairs", method: .dpo)
            try await world.run(job)
            #expect(try await world.job(job).state == .succeeded)
            let made = try #require(
                world.provider.requests.last { $0.method == "POST" && $0.path == "/v1/fine_tuning/jobs" })
            #expect(try JSONValue(parsing: made.body)["method"]?["type"] == "dpo")
        }
    }

    @Test("a worker of the queue drives it, and another goes on when it is stopped in the middle")
    func workers() async throws {
        try await TuningWorld.with(pace: .init(.milliseconds(150))) { world in
            try await world.dataset()
            let job = try await world.start()
            let handler = TuneHandler(
                pool: world.pool, files: StoredTrainingFiles(pool: world.pool),
                drivers: TuningDrivers(
                    client: world.client, providers: OneProvider(baseURL: world.baseURL),
                    configuration: world.configuration), configuration: world.configuration)
            func worker() -> Task<Void, any Error> {
                let worker = JobWorker(
                    queue: JobQueue(pool: world.pool), handlers: [handler],
                    patience: .init(poll: .milliseconds(20), drain: .zero), logger: Logger(label: "test"))
                return Task { try await worker.run() }
            }
            let first = worker()
            for _ in 0..<3000 {
                if try await world.job(job).state == .training { break }
                try await Task.sleep(for: .milliseconds(10))
            }
            first.cancel()
            _ = await first.result
            #expect(try await world.job(job).state == .training)
            let second = worker()
            for _ in 0..<3000 {
                if try await world.job(job).state.isEnd { break }
                try await Task.sleep(for: .milliseconds(20))
            }
            second.cancel()
            _ = await second.result
            #expect(try await world.job(job).state == .succeeded)
            #expect(world.tuning.counts.files == 2 && world.tuning.counts.jobs == 1)
        }
    }
}
