import AsyncPostgres
import Foundation
import GleanerCore
import GleanerJobs
import GleanerTestSupport
import Testing

@testable import GleanerEvaluation

@Suite("The sample of prompts", .database)
struct PromptSampleTests {
    private func kept(_ pool: PostgresPool) async throws -> [(id: UUID, version: String, vector: [Float])] {
        try await pool.query(
            "SELECT exchange_id, evaluator_version, vector FROM gleaner.prompt_embeddings ORDER BY draw"
        ).map {
            (
                try $0.decode("exchange_id"), try $0.decode("evaluator_version"),
                try $0.decode("vector", as: PostgresArray<Float>.self).elements
            )
        }
    }

    @Test("relevance keeps the prompt's embedding once for each model, and not the answer's")
    func keeps() async throws {
        try await EvaluatorWorld.with { world in
            try await world.put(#"{"kind":"relevance","embeddings":{"model":"demo-embedding-1"}},{"kind":"length"}"#)
            let same = try await world.stored.add(user: "Chai kaise banate hain?", answer: "Paani ubaalo.")
            let other = try await world.stored.add(user: "Chai kaise banate hain?", answer: "Zebra crossing par ruko.")
            let silent = try await world.stored.add(user: "", answer: "Haan?")
            try await world.land([same, other, silent])
            try await world.work()
            let rows = try await kept(world.pool)
            #expect(Set(rows.map(\.id)) == [same.uuid, other.uuid])
            #expect(rows[0].vector == rows[1].vector && rows[0].vector.count > 8)
            #expect(rows[0].vector.contains { $0 != 0 })
            // Evaluated again, nothing is added; by another model, all is.
            _ = try await world.service.backfill(in: world.project)
            try await world.work()
            #expect(try await kept(world.pool).count == 2)
            let another = #"{"model":"demo-embedding-1","parameters":{"user":"x"}}"#
            try await world.put(#"{"kind":"relevance","embeddings":\#(another)}"#)
            _ = try await world.service.backfill(in: world.project)
            try await world.work()
            #expect(Set(try await kept(world.pool).map(\.version)).count == 2)
        }
    }

    @Test("of a day those with the smallest draws stay, in whatever order they came, and none that was erased")
    func bounded() async throws {
        let stored = try await StoredExchanges(pool: TestDatabase.current.pool)
        let project = stored.project
        let ids = try await many(stored, 540, at: Date())
        let yesterday = try await many(stored, 3, at: Date().addingTimeInterval(-86_400))
        let gone = ID<Exchange>.new()
        func keep(_ ids: [ID<Exchange>]) async throws {
            try await stored.pool.withTransaction { connection in
                try await PromptSample(project: project).keep(
                    ids.map {
                        .init(
                            exchange: $0, evaluator: "relevance", version: "1", probability: 1,
                            outcome: .measured([MeasuredValue("similarity", 0.5, embedding: [1, 2])]))
                    }, on: connection)
            }
        }
        try await keep(Array(ids[..<200]))
        try await keep(yesterday + [gone])
        try await keep(Array(ids[150...]))
        try await keep(ids)
        let rows = try await kept(stored.pool)
        let wanted = ids.sorted {
            SamplingHash.unit(salt: "prompt:\(project)", key: $0.description)
                < SamplingHash.unit(salt: "prompt:\(project)", key: $1.description)
        }.prefix(500)
        #expect(rows.count == 503)
        #expect(Set(rows.map(\.id)) == Set((wanted + yesterday).map(\.uuid)))
    }

    private func many(_ stored: StoredExchanges, _ count: Int, at time: Date) async throws -> [ID<Exchange>] {
        let ids = (0..<count).map { _ in ID<Exchange>(UUIDv7(now: { time }).make(shard: .random())) }
        try await stored.pool.query(
            """
            INSERT INTO gleaner.exchanges (
                shard, id, project_id, received_at, endpoint, status, http_status, streamed, tags, complete, request_sha256,
                request_bytes, response_bytes)
            SELECT k.shard, k.id, \(stored.project.uuid), \(time), '/v1/chat/completions', 'completed', 200, false, '{}', true,
                   ''::bytea, 0, 0
            FROM unnest(\(PostgresArray(ids.map(\.shard.value))), \(PostgresArray(ids.map(\.uuid)))) AS k (shard, id)
            """)
        return ids
    }
}
