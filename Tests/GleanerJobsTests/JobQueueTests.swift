import AsyncPostgres
import Foundation
import GleanerCore
import GleanerJobs
import GleanerTestSupport
import Testing

@Suite("Job queue", .database)
struct JobQueueTests {
    private var pool: PostgresPool { TestDatabase.current.pool }
    private var queue: JobQueue { JobQueue(pool: pool) }
    private let project = ID<Project>.new()

    private func job(_ key: String? = nil, delay: Duration = .zero, attempts: Int = 5) -> NewJob {
        NewJob(
            kind: "test", project: project, payload: ["n": 1], idempotencyKey: key, delay: delay,
            maximumAttempts: attempts)
    }
    private func claim(_ limit: Int = 10, lease: Duration = .seconds(60)) async throws -> [JobLease] {
        try await queue.claim("test", limit: limit, lease: lease)
    }
    private func state(_ id: ID<Job>) async throws -> JobState { try await queue.job(id, of: project).state }

    @Test("a job is lent with what was said when it was asked for, and is done when its holder says so")
    func whole() async throws {
        let id = try await queue.enqueue(job())
        let lease = try #require(try await claim().first)
        #expect(lease.job == id)
        #expect(lease.payload == ["n": 1])
        #expect(lease.project == project)
        #expect(lease.attempt == 1)
        #expect(try await state(id) == .running)
        #expect(try await claim().isEmpty)
        try await queue.complete(lease)
        try await queue.complete(lease)
        #expect(try await state(id) == .done)
    }

    @Test("a hundred claims at once of fifty jobs lend each once")
    func race() async throws {
        try await queue.enqueue((0..<50).map { job("k\($0)") })
        let queue = queue
        let leases = try await withThrowingTaskGroup(of: [JobLease].self) { group in
            for _ in 0..<100 { group.addTask { try await queue.claim("test", limit: 1, lease: .seconds(60)) } }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(leases.count == 50)
        #expect(Set(leases.map(\.job)).count == 50)
        #expect(Set(leases.map(\.fence)).count == 50)
    }

    @Test("a lease that ran out is lent again, and the first holder's word counts no more")
    func fencing() async throws {
        let id = try await queue.enqueue(job())
        let stale = try #require(try await claim(lease: .zero).first)
        let fresh = try #require(try await claim().first)
        #expect(fresh.job == id)
        #expect(fresh.fence > stale.fence)
        #expect(fresh.attempt == 2)
        await #expect(throws: JobError.leaseLost) { try await queue.complete(stale) }
        await #expect(throws: JobError.leaseLost) { try await queue.fail(stale, reason: "late", pause: .zero) }
        await #expect(throws: JobError.leaseLost) { try await queue.heartbeat(stale, for: .seconds(60)) }
        await #expect(throws: JobError.leaseLost) { try await queue.release(stale) }
        #expect(try await state(id) == .running)
        try await queue.complete(fresh)
        await #expect(throws: JobError.leaseLost) { try await queue.complete(stale) }
    }

    @Test("what a stale holder did in its transaction is undone with its completion")
    func fencedTransaction() async throws {
        try await queue.enqueue(job())
        let stale = try #require(try await claim(lease: .zero).first)
        _ = try await claim()
        let queue = queue
        await #expect(throws: JobError.leaseLost) {
            try await pool.withTransaction { connection in
                try await connection.query("INSERT INTO gleaner.projects VALUES (\(UUID()), 'trace', now())")
                try await queue.complete(stale, on: connection)
            }
        }
        #expect(try await pool.query("SELECT 1 FROM gleaner.projects WHERE name = 'trace'").isEmpty)
    }

    @Test("a heartbeat keeps a lease and tells how far the work is")
    func heartbeat() async throws {
        let id = try await queue.enqueue(job())
        let lease = try #require(try await claim(lease: .seconds(2)).first)
        try await queue.heartbeat(lease, for: .seconds(600), progress: ["done": 3])
        try await queue.heartbeat(lease, for: .seconds(600))
        let seen = try await queue.job(id, of: project)
        #expect(seen.progress == ["done": 3])
        #expect(try #require(seen.leaseUntil).timeIntervalSinceNow > 500)
    }

    @Test("the same key of the same kind and project is the same job, also after it was done")
    func idempotency() async throws {
        let first = try await queue.enqueue(job("once"))
        #expect(try await queue.enqueue(job("once")) == first)
        #expect(try await queue.enqueue([job("once"), job("twice")]) == 1)
        let other = NewJob(kind: "other", project: project, idempotencyKey: "once")
        #expect(try await queue.enqueue(other) != first)
        let stranger = NewJob(kind: "test", project: nil, idempotencyKey: "once")
        let installation = try await queue.enqueue(stranger)
        #expect(installation != first)
        #expect(try await queue.enqueue(stranger) == installation)
        for lease in try await claim() { try await queue.complete(lease) }
        #expect(try await queue.enqueue(job("once")) == first)
        #expect(try await queue.clear(doneFor: .zero) == 3)
        #expect(try await queue.enqueue(job("once")) != first)
    }

    @Test("fifty that ask for one key at once get one job")
    func idempotentRace() async throws {
        let (queue, job) = (queue, job("once"))
        let ids = try await withThrowingTaskGroup(of: ID<Job>.self) { group in
            for _ in 0..<50 { group.addTask { try await queue.enqueue(job) } }
            return try await group.reduce(into: Set<ID<Job>>()) { $0.insert($1) }
        }
        #expect(ids.count == 1)
    }

    @Test("a job asked for in a transaction is there only when that commits")
    func transactional() async throws {
        struct Refusal: Error {}
        let (queue, job) = (queue, job())
        try? await pool.withTransaction { connection in
            try await queue.enqueue(job, on: connection)
            throw Refusal()
        }
        #expect(try await claim().isEmpty)
        try await pool.withTransaction { try await queue.enqueue(job, on: $0) }
        #expect(try await claim().count == 1)
    }

    @Test("a failed attempt waits, and the last one leaves a dead job that can be brought back")
    func failing() async throws {
        let id = try await queue.enqueue(job(attempts: 2))
        let first = try #require(try await claim().first)
        #expect(try await queue.fail(first, reason: "down", pause: .seconds(60)) == .retried(after: .seconds(60)))
        #expect(try await claim().isEmpty)
        try await pool.query("UPDATE gleaner.jobs SET run_at = now()")
        let second = try #require(try await claim().first)
        #expect(second.isLastAttempt)
        #expect(try await queue.fail(second, reason: "still down", pause: .seconds(60)) == .dead)
        let dead = try await queue.job(id, of: project)
        #expect(dead.state == .dead)
        #expect(dead.lastError == "still down")
        #expect(dead.attempts == 2)
        #expect(try await claim().isEmpty)
        #expect(try await queue.retry(id, of: project).state == .waiting)
        #expect(try await claim().first?.attempt == 1)
        await #expect(throws: JobError.notDead(id, .running)) { try await queue.retry(id, of: project) }
    }

    @Test("a job whose holder vanishes at every attempt ends dead, not for ever")
    func poison() async throws {
        let id = try await queue.enqueue(job(attempts: 3))
        for _ in 0..<3 { #expect(try await claim(lease: .zero).count == 1) }
        #expect(try await claim(lease: .zero).isEmpty)
        let dead = try await queue.job(id, of: project)
        #expect(dead.state == .dead)
        #expect(dead.lastError == "The worker was lost, or its lease ran out.")
    }

    @Test("a job that is given back has lost no attempt")
    func release() async throws {
        try await queue.enqueue(job(attempts: 1))
        for _ in 0..<5 {
            let lease = try #require(try await claim().first)
            #expect(lease.attempt == 1)
            try await queue.release(lease)
        }
    }

    @Test("delayed jobs wait for their time, and the longest due comes first")
    func order() async throws {
        let late = try await queue.enqueue(job("late", delay: .seconds(3600)))
        let second = try await queue.enqueue(job("b"))
        let first = try await queue.enqueue(job("a", delay: .seconds(-5)))
        #expect(try await claim(1).map(\.job) == [first])
        #expect(try await claim().map(\.job) == [second])
        #expect(try await state(late) == .waiting)
    }

    @Test("projects see their own jobs only, newest first, page by page")
    func listing() async throws {
        var ids: [ID<Job>] = []
        for number in 0..<5 { ids.append(try await queue.enqueue(job("k\(number)"))) }
        // Those of one millisecond are in the order of their ids.
        ids.sort { $0.description < $1.description }
        let stranger = ID<Project>.new()
        let foreign = try await queue.enqueue(NewJob(kind: "test", project: stranger))
        let page = try await queue.list(of: project, limit: 3)
        #expect(page.map(\.id) == Array(ids.reversed().prefix(3)))
        #expect(try await queue.list(of: project, before: page.last?.id, limit: 3).map(\.id) == [ids[1], ids[0]])
        #expect(try await queue.list(.init(state: .dead), of: project, limit: 3).isEmpty)
        #expect(try await queue.list(.init(state: .waiting, kind: "test"), of: project, limit: 9).count == 5)
        await #expect(throws: JobError.unknown(foreign)) { try await queue.job(foreign, of: project) }
        await #expect(throws: JobError.unknown(foreign)) { try await queue.retry(foreign, of: project) }
    }

    @Test("with two hundred thousand jobs waiting, a claim reads one index and is quick")
    func plan() async throws {
        try await pool.query(
            """
            INSERT INTO gleaner.jobs (id, kind, payload, state, run_at, fence, attempts, maximum_attempts, created_at)
            SELECT gen_random_uuid(), 'test', '{}', 'waiting', now() - make_interval(secs => n), 0, 0, 5, now()
            FROM generate_series(1, 200000) n
            """, timeout: .seconds(60))
        try await pool.query("ANALYZE gleaner.jobs")
        let explained = try await pool.query(
            """
            EXPLAIN SELECT id FROM gleaner.jobs
            WHERE kind = 'test' AND state IN ('waiting', 'running')
              AND coalesce(lease_until, run_at) <= statement_timestamp()
            ORDER BY coalesce(lease_until, run_at) FOR UPDATE SKIP LOCKED LIMIT 10
            """)
        let plan = try explained.map { try $0.decode(0, as: String.self) }.joined(separator: "\n")
        #expect(plan.contains("jobs_kind_due_idx"))
        #expect(!plan.contains("Sort"))
        #expect(try await claim().count == 10)
    }
}

@Suite("Pauses of jobs")
struct RetryPauseTests {
    @Test(
        "pauses double from a second to an hour",
        arguments: [(1, 1), (2, 2), (5, 16), (12, 2048), (13, 3600), (99, 3600)])
    func doubling(_ attempt: Int, _ seconds: Int) {
        #expect(RetryPause.after(attempt: attempt, spread: 1) == .seconds(seconds))
    }

    @Test("jobs that failed together come back apart, by half at most")
    func spread() {
        let pauses = (0..<200).map { _ in RetryPause.after(attempt: 5) }
        #expect(Set(pauses).count > 100)
        #expect(pauses.allSatisfy { (.seconds(8) ... .seconds(24)).contains($0) })
    }
}
