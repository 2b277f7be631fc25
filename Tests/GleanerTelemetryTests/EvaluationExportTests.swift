import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import Logging
import OTLP
import Synchronization
import Testing

@testable import GleanerTelemetry

/// A collector that keeps events, and answers as it is told.
private final class Collector: Sendable {
    private let state = Mutex((events: [OTLPLogRecord](), answers: [OTLPSender.Answer](), asked: 0))

    func answer(_ answers: OTLPSender.Answer...) { state.withLock { $0.answers = answers } }
    var asked: Int { state.withLock(\.asked) }
    var names: [String] { state.withLock { $0.events.map { $0["gen_ai.evaluation.name"] ?? "" } } }
    var events: [OTLPLogRecord] { state.withLock(\.events) }

    func take(_ export: OTLPLogsExport) -> OTLPSender.Answer {
        state.withLock { state in
            state.asked += 1
            let answer = state.answers.isEmpty ? .taken(rejected: 0) : state.answers.removeFirst()
            if case .taken = answer {
                state.events += export.resourceLogs.flatMap { $0.scopeLogs.flatMap(\.logRecords) }
            }
            return answer
        }
    }
}

extension OTLPLogRecord {
    fileprivate subscript(_ key: String) -> String? { attributes.first { $0.key == key }?.value.stringValue }
}

@Suite("Judgements on their way out", .database)
struct EvaluationExportTests {
    private let collector = Collector()
    private let counts = TelemetryCounts()

    /// Whose clock is an hour ahead, so that everything has settled.
    private func export(_ world: StoredExchanges, ahead: TimeInterval = 3600) -> EvaluationExport {
        EvaluationExport(
            deliver: { [collector] in collector.take($0) }, resource: OTLPResource(), pool: world.pool,
            interval: .seconds(10), counts: counts, logger: Logger(label: "test")
        ) { Date().addingTimeInterval(ahead) }
    }

    /// A world in which everything before now has left.
    private func world() async throws -> StoredExchanges {
        let world = try await StoredExchanges(pool: TestDatabase.current.pool)
        await export(world, ahead: 10 - 0.001).lookOnce()
        return world
    }

    @Test("feedback, reviews and figures leave once each, in order, without a text")
    func once() async throws {
        let old = try await StoredExchanges(pool: TestDatabase.current.pool)
        try await old.feedback(try await old.add(), thumb: 1)
        // Ids know no more than milliseconds.
        try await Task.sleep(for: .milliseconds(3))
        await export(old, ahead: 10).lookOnce()
        #expect(collector.asked == 0, "what was there before is not sent")
        let exchange = try await old.add(completion: "chatcmpl-1", conversation: "c")
        try await old.pool.query(
            """
            UPDATE gleaner.exchanges SET traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
            WHERE id = \(exchange.uuid)
            """)
        try await old.feedback(exchange, thumb: -1)
        try await old.comment(exchange, "a secret")
        try await Task.sleep(for: .milliseconds(3))
        try await old.feedback(exchange, raised: true)
        try await old.review(exchange, score: 4, correction: "another secret")
        try await old.pool.query(
            """
            INSERT INTO gleaner.evaluator_results
                (shard, exchange_id, evaluator, evaluator_version, measure, project_id, value, failure, probability,
                 policy_version, created_at)
            SELECT \(exchange.shard.value), \(exchange.uuid), 'length', '1', m, \(old.project.uuid),
                   CASE WHEN m <> 'failed' THEN 7 END, CASE WHEN m = 'failed' THEN 'timed_out' END, 1, 1,
                   clock_timestamp() + n * interval '1 millisecond'
            FROM unnest(ARRAY['words', 'failed']) WITH ORDINALITY AS r (m, n)
            """)
        let export = export(old)
        await export.lookOnce()
        #expect(
            collector.names == [
                "feedback.thumb", "feedback.flag", "length.words", "length.failed", "review.accuracy",
                "review.appropriateness", "review.relevance",
            ])
        let events = collector.events
        #expect(events.allSatisfy { $0.traceID.count == 16 && $0.traceID.first == 0x0A && $0.spanID.count == 8 })
        #expect(
            events.allSatisfy { $0["gen_ai.response.id"] == "chatcmpl-1" && $0["gleaner.exchange.id"] == "\(exchange)" }
        )
        #expect(
            events[0]["gen_ai.evaluation.score.label"] == "down"
                && events[1]["gen_ai.evaluation.score.label"] == "raised")
        #expect(
            events[4].attributes.contains { $0.value.doubleValue == 4 }
                && events[4]["gleaner.evaluation.version"] == "default@1")
        #expect(events[3]["error.type"] == "timed_out")
        #expect(!events.contains { "\($0)".contains("secret") })
        await export.lookOnce()
        #expect(collector.events.count == 7)
        #expect(counts.sent.first { $0.signal == .logs }?.count == 7)
    }

    @Test("a collector that is away is asked again, from where it stopped; one that refuses is passed over")
    func away() async throws {
        let world = try await world()
        let exchange = try await world.add()
        try await world.feedback(exchange, thumb: 1)
        collector.answer(.later(after: nil))
        await export(world).lookOnce()
        #expect(collector.names.isEmpty)
        try await world.feedback(exchange, thumb: -1, rater: "u2")
        await export(world).lookOnce()
        #expect(collector.names == ["feedback.thumb", "feedback.thumb"])
        // The clock that looks is an hour ahead; so is what is given now.
        let later = ID<Exchange>(UUID.lowest(at: Date().addingTimeInterval(4000)))
        try await world.pool.query(
            """
            INSERT INTO gleaner.feedback (shard, id, project_id, exchange_id, kind, thumb, source, created_at)
            VALUES (0, \(later.uuid), \(world.project.uuid), \(exchange.uuid), 'thumb', 1, 'api', now())
            """)
        collector.answer(.refused(status: 400))
        await export(world, ahead: 8000).lookOnce()
        await export(world, ahead: 8000).lookOnce()
        #expect(collector.names.count == 2)
        #expect(counts.dropped.contains { $0.signal == .logs && $0.reason == .refused && $0.count == 1 })
    }

    @Test("what is younger than the interval waits: others may still come before it")
    func settles() async throws {
        let world = try await world()
        try await world.feedback(try await world.add(), thumb: 1)
        await export(world, ahead: 0).lookOnce()
        #expect(collector.names.isEmpty)
        await export(world).lookOnce()
        #expect(collector.names == ["feedback.thumb"])
    }

    @Test("feedback that waited for its exchange leaves when it is joined, though the position has passed it")
    func joined() async throws {
        let world = try await world()
        try await world.pool.query(
            """
            INSERT INTO gleaner.early_feedback (id, project_id, completion_id, kind, thumb, body, source, created_at)
            VALUES (\(UUIDv7.shared.make(shard: Shard(0))), \(world.project.uuid), 'late', 'thumb', 1, NULL, 'api', clock_timestamp()),
                   (\(UUIDv7.shared.make(shard: Shard(0))), \(world.project.uuid), 'late', 'comment', NULL, 'x', 'api', clock_timestamp())
            """)
        try await Task.sleep(for: .milliseconds(3))
        try await world.feedback(try await world.add(), raised: true)
        await export(world).lookOnce()
        #expect(collector.names == ["feedback.flag"])
        let exchange = try await world.add(completion: "late")
        try await world.pool.query(
            """
            WITH moved AS (DELETE FROM gleaner.early_feedback RETURNING *)
            INSERT INTO gleaner.feedback (shard, id, project_id, exchange_id, kind, thumb, body, source, created_at)
            SELECT \(exchange.shard.value), id, project_id, \(exchange.uuid), kind, thumb, body, source, created_at FROM moved
            """)
        await export(world).lookOnce()
        await export(world).lookOnce()
        #expect(collector.names == ["feedback.flag", "feedback.thumb"])
        #expect(try await world.pool.query("SELECT 1 FROM gleaner.telemetry_awaited").isEmpty)
    }

    @Test("more than a page leaves in several requests, and each once")
    func pages() async throws {
        let world = try await world()
        let exchange = try await world.add()
        try await world.pool.query(
            """
            INSERT INTO gleaner.feedback (shard, id, project_id, exchange_id, kind, score, rater, source, created_at)
            SELECT \(exchange.shard.value), (left(\(UUIDv7.shared.make(shard: Shard(0)))::text, 24) || lpad(to_hex(n), 12, '0'))::uuid,
                   \(world.project.uuid), \(exchange.uuid), 'score', 3, 'u' || n, 'api', now()
            FROM generate_series(1, 1100) n
            """)
        await export(world).lookOnce()
        #expect(collector.asked == 3 && collector.events.count == 1100)
        #expect(Set(collector.events.map { $0["gleaner.evaluation.id"] }).count == 1100)
    }
}
