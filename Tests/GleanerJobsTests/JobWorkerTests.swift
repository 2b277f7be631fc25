import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import Logging
import ServiceLifecycle
import Synchronization
import Testing

@testable import GleanerJobs

@Suite("Job worker", .database)
struct JobWorkerTests {
    private var pool: PostgresPool { TestDatabase.current.pool }
    private var queue: JobQueue { JobQueue(pool: pool) }
    private let project = ID<Project>.new()

    private func jobs(_ count: Int, attempts: Int = 5) -> [NewJob] {
        (0..<count).map {
            NewJob(kind: "test", project: project, idempotencyKey: "k\($0)", maximumAttempts: attempts)
        }
    }
    private func count(_ state: JobState) async throws -> Int {
        try await queue.list(.init(state: state), of: project, limit: 1000).count
    }

    @Test("two workers do every job once, never more at a time than their handlers allow")
    func twoWorkers() async throws {
        let busy = Mutex(Set<ID<Job>>())
        let most = Mutex(0)
        let handler = ScriptedHandler(concurrency: 3) { job in
            let (isAlone, running) = busy.withLock { ($0.insert(job.lease.job).inserted, $0.count) }
            #expect(isAlone)
            most.withLock { $0 = max($0, running) }
            try await Task.sleep(for: .milliseconds(5))
            busy.withLock { _ = $0.remove(job.lease.job) }
        }
        try await queue.enqueue(jobs(60))
        let first = JobWorker.test(queue, handler)
        let second = JobWorker.test(queue, handler)
        try await whileRunning(first) {
            try await whileRunning(second) {
                try await eventually("all are done") { try await count(.done) == 60 }
            }
        }
        #expect(handler.leases.count == 60)
        #expect(Set(handler.leases.map(\.job)).count == 60)
        #expect(most.withLock { $0 } <= 6)
        #expect(most.withLock { $0 } > 1)
        let done = [first, second].flatMap(\.metrics.runs).filter { $0.outcome == .done }.reduce(0) { $0 + $1.count }
        #expect(done == 60)
    }

    @Test("a notification wakes a worker that would look again in an hour only")
    func notified() async throws {
        let handler = ScriptedHandler()
        let worker = JobWorker(
            queue: queue, handlers: [handler], patience: .init(poll: .seconds(3600), count: .milliseconds(20)),
            logger: Logger(label: "jobs-test"))
        try await whileRunning(worker) {
            // Its first look is over, and it listens, once it has done one job.
            try await queue.enqueue(jobs(1))
            try await eventually("the first is done") { try await count(.done) == 1 }
            try await queue.enqueue(NewJob(kind: "test", project: project))
            try await eventually("the second is done") { try await count(.done) == 2 }
        }
    }

    @Test("what gives way waits while the process is busy, the rest does not, and nothing waits for ever")
    func givingWay() async throws {
        let isBusy = Mutex(true)
        let patient = ScriptedHandler(kind: "patient", givesWay: true)
        let urgent = ScriptedHandler(kind: "urgent")
        func worker(givingWay: Duration) -> JobWorker {
            JobWorker(
                queue: queue, handlers: [patient, urgent],
                patience: .init(poll: .milliseconds(20), givingWay: givingWay),
                isBusy: { isBusy.withLock { $0 } }, logger: Logger(label: "jobs-test"))
        }
        func both() async throws {
            for kind: JobKind in ["patient", "urgent"] { try await queue.enqueue(NewJob(kind: kind, project: project)) }
        }
        try await both()
        try await whileRunning(worker(givingWay: .seconds(600))) {
            try await eventually("the urgent one is done") { try await count(.done) == 1 }
            try await both()
            try await eventually("the next one, too") { try await count(.done) == 2 }
            #expect(patient.leases.isEmpty)
            isBusy.withLock { $0 = false }
            try await eventually("the patient ones are done") { try await count(.done) == 4 }
        }
        isBusy.withLock { $0 = true }
        try await both()
        try await whileRunning(worker(givingWay: .milliseconds(50))) {
            try await eventually("it has waited enough") { try await count(.done) == 6 }
        }
    }

    @Test("what a killed worker held comes back when its lease has run out, and is done by another")
    func killed() async throws {
        let id = try await queue.enqueue(jobs(1)[0])
        // As a killed worker leaves it: claimed, and never heard of again.
        _ = try await queue.claim("test", limit: 1, lease: .milliseconds(300))
        let handler = ScriptedHandler()
        try await whileRunning(.test(queue, handler)) {
            try await eventually("it is done") { try await count(.done) == 1 }
        }
        #expect(handler.leases.map(\.job) == [id])
        #expect(handler.leases.map(\.attempt) == [2])
    }

    @Test("long work outlives many leases, because its heart beats")
    func longWork() async throws {
        try await queue.enqueue(jobs(1))
        let handler = ScriptedHandler(lease: .seconds(6)) { _ in try await Task.sleep(for: .seconds(20)) }
        try await whileRunning(.test(queue, handler)) {
            try await eventually("it is done") { try await count(.done) == 1 }
        }
        #expect(handler.leases.count == 1)
    }

    @Test("a handler whose job was taken by another is stopped, and its end is not told")
    func taken() async throws {
        let id = try await queue.enqueue(jobs(1)[0])
        let wasStopped = Mutex(false)
        let queue = queue
        let handler = ScriptedHandler(lease: .milliseconds(150)) { job in
            guard job.lease.attempt == 1 else { return try await Task.sleep(for: .seconds(30)) }
            try await queue.pool.query("UPDATE gleaner.jobs SET fence = nextval('gleaner.job_fences')")
            do {
                try await Task.sleep(for: .seconds(30))
            } catch {
                wasStopped.withLock { $0 = true }
                throw error
            }
        }
        let worker = JobWorker.test(queue, handler)
        try await whileRunning(worker) {
            try await eventually("the first is stopped") { wasStopped.withLock { $0 } }
            try await eventually("it is lost") {
                worker.metrics.runs.contains { $0.outcome == .lost && $0.count == 1 }
            }
        }
        #expect(try await queue.job(id, of: project).state != .done)
    }

    @Test("failures are tried again, then dead; what can never succeed is dead at once")
    func failures() async throws {
        struct Odd: Error { let secret = "do not keep" }
        try await queue.enqueue(NewJob(kind: "flaky", project: project))
        try await queue.enqueue(NewJob(kind: "hopeless", project: project))
        try await queue.enqueue(NewJob(kind: "odd", project: project, maximumAttempts: 1))
        let flaky = ScriptedHandler(kind: "flaky") { job in
            if job.lease.attempt < 3 { throw JobFailure.later(after: .milliseconds(10), reason: "not yet") }
        }
        let hopeless = ScriptedHandler(kind: "hopeless") { _ in throw JobFailure.permanent(reason: "gone") }
        let odd = ScriptedHandler(kind: "odd") { _ in throw Odd() }
        let worker = JobWorker.test(queue, flaky, hopeless, odd)
        try await whileRunning(worker) {
            try await eventually("one is done and two are dead") {
                let (done, dead) = (try await count(.done), try await count(.dead))
                return done == 1 && dead == 2
            }
        }
        #expect(flaky.leases.map(\.attempt) == [1, 2, 3])
        #expect(hopeless.leases.count == 1)
        let reasons = try await queue.list(.init(state: .dead), of: project, limit: 9).compactMap(\.lastError)
        #expect(Set(reasons) == ["gone", "Odd"])
        #expect(worker.metrics.runs.first { $0.kind == "flaky" && $0.outcome == .retried }?.count == 2)
    }

    @Test("a graceful shutdown lets what runs end, gives the rest back and begins nothing new")
    func shutdown() async throws {
        try await queue.enqueue(jobs(8))
        let handler = ScriptedHandler(concurrency: 2) { job in
            // Two are begun, with fences one after the other: one ends in time, the other would not.
            try await Task.sleep(for: job.lease.fence.isMultiple(of: 2) ? .milliseconds(300) : .seconds(60))
        }
        let worker = JobWorker(
            queue: queue, handlers: [handler],
            patience: .init(poll: .milliseconds(20), drain: .milliseconds(1200)), logger: Logger(label: "jobs-test"))
        let group = ServiceGroup(services: [worker], logger: Logger(label: "jobs-test"))
        try await withThrowingTaskGroup { tasks in
            tasks.addTask { try await group.run() }
            try await eventually("two run") { handler.leases.count == 2 }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        #expect(handler.leases.count == 2)
        #expect(try await count(.done) == 1)
        #expect(try await count(.waiting) == 7)
        #expect(try await count(.running) == 0)
        let attempts = try await queue.list(.init(state: .waiting), of: project, limit: 9).map(\.attempts)
        #expect(attempts.allSatisfy { $0 == 0 })
    }

    @Test("PostgreSQL that goes away in between costs no job and repeats none that was told")
    func databaseAway() async throws {
        try await queue.enqueue(jobs(20))
        let pool = pool
        let handler = ScriptedHandler(concurrency: 2, lease: .seconds(5)) { _ in
            try await Task.sleep(for: .milliseconds(30))
        }
        let worker = JobWorker.test(queue, handler)
        try await whileRunning(worker) {
            for _ in 0..<8 {
                try await Task.sleep(for: .milliseconds(60))
                // Every connection of this database but the one that asks: listener, claims, completions.
                _ = try? await pool.query(
                    """
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE datname = current_database() AND pid <> pg_backend_pid()
                    """)
            }
            try await eventually("all are done") { try await count(.done) == 20 }
        }
        // A claim whose answer was lost comes back after its lease; nothing is dead, nothing is forgotten.
        #expect(try await count(.dead) == 0)
        #expect(Set(handler.leases.map(\.job)).count == 20)
    }

    @Test("a handler tells its progress, and finds it again after it was stopped")
    func progress() async throws {
        let id = try await queue.enqueue(jobs(1)[0])
        let handler = ScriptedHandler(lease: .milliseconds(200)) { job in
            if let known = job.lease.progress {
                #expect(known == ["done": 7])
                return
            }
            try await job.report(["done": 7])
            throw JobFailure.later(after: .zero, reason: "half way")
        }
        try await whileRunning(.test(queue, handler)) {
            try await eventually("it is done") { try await queue.job(id, of: project).state == .done }
        }
        #expect(try await queue.job(id, of: project).progress == ["done": 7])
    }

    @Test("the counts of waiting and dead jobs are there for metrics")
    func standing() async throws {
        try await queue.enqueue(NewJob(kind: "unhandled", project: project))
        let worker = JobWorker.test(queue, ScriptedHandler())
        try await whileRunning(worker) {
            try await eventually("it is counted") {
                worker.metrics.standing.contains { $0.kind == "unhandled" && $0.state == .waiting && $0.count == 1 }
            }
        }
    }
}
