import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import Testing

@testable import GleanerTuning

@Suite("Training programs", .database)
struct CommandDriverTests {
    /// Writes `script` as a program and runs a job with it.
    private func world(
        _ script: String, starts: Int = 3,
        _ body: @Sendable (TuningWorld, TuningJob, TuningConfiguration) async throws -> Void
    ) async throws {
        try await TuningWorld.with(hasCommand: true) { world in
            let program = world.directory.appendingPathComponent("trainer.sh")
            try FileManager.default.createDirectory(at: world.directory, withIntermediateDirectories: true)
            try Data("#!/bin/sh\n\(script)\n".utf8).write(to: program)
            chmod(program.path, 0o755)
            var configuration = world.configuration
            configuration.command = [program.path, "--an", "argument with spaces"]
            configuration.trainerStarts = starts
            configuration.trainerGrace = .milliseconds(200)
            try await world.dataset()
            let job = try await world.start(suffix: nil, driver: .command)
            try await body(world, job, configuration)
        }
    }

    private func run(_ world: TuningWorld, _ job: TuningJob, _ configuration: TuningConfiguration) async throws {
        try await world.run(
            job, CommandDriver(command: configuration.command ?? [], configuration: configuration),
            configuration: configuration)
    }

    private static let good = """
        request=$(cat)
        echo "$request" | grep -q '"training_file"' || exit 3
        file=$(echo "$request" | sed -n 's/.*"training_file" : "\\(.*\\)".*/\\1/p')
        echo '{"type":"progress","message":"lines: '$(wc -l < "$file")'","step":0,"total_steps":2}'
        echo 'Loading weights…'
        echo '{"type":"metrics","step":1,"train_loss":2.5,"valid_loss":2.75}'
        echo '{"type":"metrics","step":2,"train_loss":1.5}'
        echo '{"type":"checkpoint","step":2,"model":"mine:2"}'
        [ "$1 $2" = '--an argument with spaces' ] || exit 4
        [ -z "$GLEANER_TEST_DATABASE_URL" ] || exit 5
        echo '{"type":"result","model":"mine","trained_tokens":77}'
        """

    @Test("a program gets its request, is followed by what it writes, and names the model")
    func good() async throws {
        try await world(Self.good) { world, job, configuration in
            try await run(world, job, configuration)
            let detail = try await world.service.detail(job.id, in: world.project)
            #expect(detail.job.state == .succeeded, "\(String(describing: detail.job.error))")
            #expect(detail.job.fineTunedModel == "mine" && detail.job.trainedTokens == 77)
            #expect(detail.curve.map(\.trainLoss) == [2.5, 1.5])
            #expect(detail.curve.first?.validLoss == 2.75)
            #expect(detail.checkpoints.map(\.model) == ["mine:2"])
            #expect(detail.events.contains { $0.message == "lines: 12" })
            #expect(detail.events.contains { $0.level == "warn" && $0.message.contains("none of the contract's") })
            #expect(try await world.service.models(in: world.project).map(\.provider) == ["command"])
        }
    }

    @Test(
        "failures are told in the program's own words",
        arguments: [
            (
                "echo '{\"type\":\"error\",\"code\":\"oom\",\"message\":\"out of memory\"}'; exit 1", "oom",
                "out of memory"
            ),
            ("echo 'Traceback: no GPU' >&2; exit 9", "trainer_failed", "no GPU"),
            ("exit 0", "trainer_no_result", "named no model"),
            ("head -c 100000 /dev/urandom; exit 0", "trainer_no_result", "named no model"),
            ("printf '{\"type\":\"result\",\"model\":\"cut\"}'", "trainer_no_result", "named no model"),
            ("echo '{\"type\":\"result\",\"model\":\"x\"}'; exit 2", "trainer_failed", "Exit status 2"),
            ("exit 75", "trainer_failed", "Exit status 75"),
        ])
    func failures(_ script: String, _ code: String, _ words: String) async throws {
        try await world(script, starts: 2) { world, job, configuration in
            try await run(world, job, configuration)
            let ended = try await world.job(job)
            #expect(ended.state == .failed)
            #expect(ended.error?.code == code)
            #expect(ended.error?.message.contains(words) == true, "\(ended.error?.message ?? "")")
        }
    }

    @Test("one that asks to be started again goes on in the same directory")
    func again() async throws {
        let script = """
            if [ -e half ]; then echo '{"type":"result","model":"whole-'$GLEANER_TUNING_START'"}'; exit 0; fi
            touch half; exit 75
            """
        try await world(script) { world, job, configuration in
            try await run(world, job, configuration)
            #expect(try await world.job(job).fineTunedModel == "whole-2")
        }
    }

    @Test("it outlives the worker that started it, and is started once however often that is killed")
    func survives() async throws {
        let script = """
            echo start >> starts
            n=0; while [ ! -e go ] && [ $n -lt 600 ]; do sleep 0.05; n=$((n + 1)); done
            echo '{"type":"result","model":"mine"}'
            """
        try await world(script) { world, job, configuration in
            let driver = CommandDriver(command: configuration.command ?? [], configuration: configuration)
            for moment in 1...8 {
                await #expect(throws: MortalDriver.Killed.self, "moment \(moment)") {
                    try await world.run(job, MortalDriver(driver, dies: moment), configuration: configuration)
                }
            }
            let work = configuration.directory(of: job.id.description)
            #expect(FileManager.default.createFile(atPath: work.appendingPathComponent("go").path, contents: nil))
            try await run(world, job, configuration)
            #expect(try await world.job(job).fineTunedModel == "mine")
            #expect(try String(contentsOf: work.appendingPathComponent("starts"), encoding: .utf8) == "start\n")
        }
    }

    @Test("one that was killed with everything it started is started again, and given up at last")
    func lost() async throws {
        let script = """
            echo start >> starts
            kill -9 0
            """
        try await world(script, starts: 3) { world, job, configuration in
            try await run(world, job, configuration)
            let ended = try await world.job(job)
            #expect(ended.state == .failed && ended.error?.code == "trainer_lost")
            let starts = configuration.directory(of: job.id.description).appendingPathComponent("starts")
            #expect(try String(contentsOf: starts, encoding: .utf8) == "start\nstart\nstart\n")
        }
    }

    @Test(
        "a cancelled one is asked to end, and made to when it does not",
        arguments: [
            "trap 'exit 1' TERM; n=0; while [ $n -lt 600 ]; do sleep 0.05; n=$((n + 1)); done",
            "trap '' TERM; n=0; while [ $n -lt 600 ]; do sleep 0.05; n=$((n + 1)); done",
        ])
    func cancelled(_ script: String) async throws {
        try await world(script) { world, job, configuration in
            async let running: Void = run(world, job, configuration)
            for _ in 0..<500 {
                if try await world.job(job).state == .training { break }
                try await Task.sleep(for: .milliseconds(20))
            }
            _ = try await world.service.cancel(job.id, by: "ravi", in: world.project)
            try await running
            #expect(try await world.job(job).state == .cancelled)
            let run = TrainerDirectory(configuration.directory(of: job.id.description)).run(1)
            #expect(run.state != .running)
        }
    }

    @Test("a job of another instance's data directory is left to that")
    func elsewhere() async throws {
        try await world("exit 1") { world, job, configuration in
            let driver = CommandDriver(command: configuration.command ?? [], configuration: configuration)
            await #expect(throws: DriverFault.self) { try await driver.job("another-place/\(job.id)") }
        }
    }
}
