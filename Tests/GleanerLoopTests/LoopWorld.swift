import AsyncPostgres
import Foundation
import GleanerCore
import GleanerJobs
import GleanerTestSupport
import Logging
import Testing

@testable import GleanerLoop

/// A loop on real PostgreSQL, with scripted neighbours.
struct LoopWorld: Sendable {
    let pool: PostgresPool
    let project: ID<Project>
    let others: ScriptedNeighbours
    let service: LoopService

    init() async throws {
        pool = TestDatabase.current.pool
        project = .new()
        others = ScriptedNeighbours()
        service = LoopService(pool: pool, neighbours: others.neighbours)
        try await pool.query(
            "INSERT INTO gleaner.projects (id, name, created_at) VALUES (\(project.uuid), \(project.description), now())"
        )
    }

    static let document: JSONValue = [
        "dataset": "chat", "trigger": ["new_examples": 50, "every_days": 14, "at_least": 20],
        "steps": [
            "compare": [:], "tune": ["base_model": "base", "maximum_usd": 5, "maximum_usd_per_month": 8],
            "gate": ["incumbent": ["route": "chat"], "maximum_usd": 2], "canary": ["route": "chat"],
        ],
    ]

    @discardableResult
    func put(_ document: JSONValue = document) async throws -> Loop {
        try await service.put(document, as: "chat", in: project, by: "owner", note: "")
    }

    @discardableResult
    func start() async throws -> LoopRound {
        // The trigger's own: it builds without a look at what is new.
        let id = try await service.store.open(
            service.loop("chat", of: project), by: LoopEvent.itself, why: "60 new examples.")
        return try await round(id)
    }

    func round(_ id: ID<LoopRound>) async throws -> LoopRound { try await service.round(id, of: project) }

    /// One worker's run of the round's job: to its end, to where it waits, or to its death. What died is anybody's at once.
    func run() async throws {
        let queue = JobQueue(pool: pool)
        try await pool.query("UPDATE gleaner.jobs SET lease_until = clock_timestamp() WHERE state = 'running'")
        try await pool.query("UPDATE gleaner.jobs SET run_at = clock_timestamp() WHERE state = 'waiting'")
        guard let lease = try await queue.claim(.loop, limit: 1, lease: .seconds(60)).first else { return }
        let running = RunningJob(lease: lease, queue: queue, leaseDuration: .seconds(60))
        do {
            try await LoopHandler(pool: pool, neighbours: others.neighbours, interval: .seconds(60)).run(running)
            try await queue.complete(lease)
        } catch JobFailure.later(let after, let reason) {
            try await queue.fail(lease, reason: reason, pause: after)
        }
    }

    var keeper: LoopKeeper {
        LoopKeeper(pool: pool, datasets: others, logger: Logger(label: "test"))
    }

    func say(_ word: LoopService.Word, _ round: LoopRound, why: String = "") async throws {
        _ = try await service.say(word, over: round.id, in: project, by: "asha", why: why)
    }

    func states(_ round: LoopRound) async throws -> [LoopStep.State] {
        try await self.round(round.id).steps.map(\.state)
    }
}
