import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import Testing

@testable import GleanerReview

@Suite("What sampling leaves on record", .database)
struct SamplingRecordTests {
    private var pool: PostgresPool { TestDatabase.current.pool }

    private func candidates(_ number: Int, _ world: StoredExchanges) -> [SamplingCandidate] {
        (0..<number).map { _ in SamplingCandidate(id: .new(), project: world.project, isEligible: true) }
    }
    private func drawn() async throws -> Set<UUID> {
        Set(try await pool.query("SELECT exchange_id FROM gleaner.samples").map { try $0.decode("exchange_id") })
    }

    @Test("a share of 1 draws everything, a tiny one draws nothing")
    func extremes() async throws {
        let world = try await StoredExchanges.single(pool)
        let service = SamplingService(pool: pool)
        let candidates = candidates(200, world)
        _ = try await service.setRule(project: world.project, name: "floor", probability: 1e-12)
        try await service.draw(candidates)
        #expect(try await world.count("samples") == 0)
        _ = try await service.setRule(project: world.project, name: "floor", probability: 1)
        try await service.draw(candidates)
        #expect(try await drawn() == Set(candidates.map(\.id.uuid)))
    }

    @Test("what is drawn is what the hash says, so that every instance and every analysis agrees")
    func byHash() async throws {
        let world = try await StoredExchanges.single(pool)
        let service = SamplingService(pool: pool)
        let rule = try await service.setRule(project: world.project, name: "floor", probability: 0.25)
        let candidates = candidates(300, world)
        try await service.draw(candidates)
        let expected = candidates.filter {
            SamplingHash.unit(salt: rule.salt, key: $0.id.description) < rule.probability
        }
        #expect(try await drawn() == Set(expected.map(\.id.uuid)))
        let shards = try await pool.query("SELECT exchange_id, shard FROM gleaner.samples")
        for row in shards {
            let id = ID<Exchange>(try row.decode("exchange_id", as: UUID.self))
            #expect(try row.decode("shard", as: Int16.self) == id.shard.value)
        }
    }

    @Test("an earlier version is retired, and stays as the record of what it drew")
    func retired() async throws {
        let world = try await StoredExchanges.single(pool)
        let service = SamplingService(pool: pool)
        let first = try await service.setRule(project: world.project, name: "floor", probability: 1)
        try await service.draw(candidates(3, world))
        let second = try await service.setRule(project: world.project, name: "floor", probability: 0.5)
        #expect((first.version, second.version) == (1, 2))
        let rows = try await pool.query(
            """
            SELECT version, probability, salt, retired_at IS NOT NULL AS retired FROM gleaner.sampling_rules
            ORDER BY version
            """)
        #expect(try rows.map { try $0.decode("retired", as: Bool.self) } == [true, false])
        #expect(try rows.map { try $0.decode("probability", as: Double.self) } == [1, 0.5])
        #expect(Set(try rows.map { try $0.decode("salt", as: String.self) }) == [first.salt])
        let samples = try await pool.query("SELECT DISTINCT rule_version, probability FROM gleaner.samples")
        #expect(samples.count == 1)
        #expect(try samples[0].decode("rule_version", as: Int.self) == 1)
        #expect(try samples[0].decode("probability", as: Double.self) == 1)
    }

    @Test("rules of a project share one hash, projects do not, and each exchange is drawn for its own")
    func independent() async throws {
        let mine = try await StoredExchanges.single(pool, project: "mine")
        let theirs = try await StoredExchanges.single(pool, project: "theirs")
        let service = SamplingService(pool: pool)
        var salts: Set<String> = []
        for (world, name) in [(mine, "a"), (mine, "b"), (theirs, "a")] {
            salts.insert(try await service.setRule(project: world.project, name: name, probability: 1).salt)
        }
        #expect(salts.count == 2)
        try await service.draw(candidates(4, mine) + candidates(5, theirs))
        let rows = try await pool.query(
            "SELECT project_id, count(*) AS count FROM gleaner.review_slots GROUP BY project_id")
        let slots = Dictionary(
            uniqueKeysWithValues: try rows.map {
                (try $0.decode("project_id", as: UUID.self), try $0.decode("count", as: Int.self))
            })
        #expect(slots == [mine.project.uuid: 4, theirs.project.uuid: 5])
        // Two rules drew each of mine: two samples, one slot.
        #expect(try await mine.count("samples") == 4 * 2 + 5)
    }

    @Test("the backlog is drawn over several batches, once, and of one project")
    func longBacklog() async throws {
        let world = try await StoredExchanges.single(pool)
        let stranger = try await StoredExchanges.single(pool, project: "other")
        try await stranger.add()
        try await world.addMany(2_100)
        let service = SamplingService(pool: pool)
        let rule = try await service.setRule(project: world.project, name: "all", probability: 1)
        #expect(try await service.drawBacklog(rule) == 2_100)
        _ = try await service.drawBacklog(rule)
        #expect(try await world.count("samples") == 2_100)
        #expect(try await world.count("review_slots") == 2_100)
    }

    @Test("the queue's order is by hash and not by arrival")
    func order() async throws {
        let world = try await StoredExchanges.drawn(30)
        let rows = try await pool.query("SELECT exchange_id FROM gleaner.review_slots ORDER BY position")
        let queue = try rows.map { ID<Exchange>(try $0.decode("exchange_id", as: UUID.self)) }
        let byHash = queue.sorted {
            SamplingHash.unit(salt: "review-queue", key: $0.description)
                < SamplingHash.unit(salt: "review-queue", key: $1.description)
        }
        #expect(queue == byHash)
        // One order of thirty among 30!: by chance it is the order of arrival never.
        #expect(queue.map(\.description) != queue.map(\.description).sorted())
        let first = try await ReviewService(pool: pool).next(for: "asha", in: world.project)
        #expect(first?.exchange == queue.first)
    }

    @Test("names that no rule can have are refused", arguments: ["", "a\0b", String(repeating: "x", count: 65)])
    func name(_ name: String) async throws {
        let world = try await StoredExchanges.single(pool)
        await #expect(throws: ReviewError.ruleNameInvalid) {
            try await SamplingService(pool: pool).setRule(project: world.project, name: name, probability: 0.5)
        }
        #expect(try await world.count("sampling_rules") == 0)
    }
}

extension StoredExchanges {
    /// Rows of `gleaner.exchanges` alone, in one statement.
    fileprivate func addMany(_ number: Int) async throws {
        let ids = (0..<number).map { _ in ID<Exchange>.new() }
        try await pool.query(
            """
            INSERT INTO gleaner.exchanges (
                shard, id, project_id, received_at, endpoint, status, http_status, streamed, tags, complete,
                request_sha256, request_bytes, response_bytes)
            SELECT shard, id, \(project.uuid), now(), '/v1/chat/completions', 'completed', 200, false, '{}', true,
                   ''::bytea, 0, 0
            FROM unnest(\(PostgresArray(ids.map(\.shard.value))), \(PostgresArray(ids.map(\.uuid)))) AS i (shard, id)
            """)
    }
}
