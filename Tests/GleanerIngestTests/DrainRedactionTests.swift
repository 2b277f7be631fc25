import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import Logging
import NIOCore
import Synchronization
import Testing

@testable import GleanerIngest

/// Replaces `9876543210`, and fails where a test wants it to.
private final class TestRedactor: ExchangeRedactor {
    struct Broken: Error {}
    let keeps: Bool
    private let failure = Mutex<(any Error)?>(nil)
    private let failing = Mutex<Set<ID<Exchange>>>([])

    init(keeps: Bool = false) { self.keeps = keeps }

    func fail(_ exchanges: [ID<Exchange>], with error: (any Error)?) {
        failing.withLock { $0 = Set(exchanges) }
        failure.withLock { $0 = error }
    }

    func redacts(_ project: ID<Project>) -> Bool { true }
    func keepsBytes(_ project: ID<Project>) -> Bool { keeps }
    func redact(damaged parts: StoredParts, of intent: ExchangeIntent) throws -> RedactedParts? {
        try redact(parts, of: intent)
    }
    func redact(_ parts: StoredParts, of intent: ExchangeIntent) throws -> RedactedParts? {
        if failing.withLock({ $0.contains(intent.id) }), let failure = failure.withLock({ $0 }) { throw failure }
        func replaced(_ bytes: [UInt8]) -> [UInt8] {
            Array(String(decoding: bytes, as: UTF8.self).replacing("9876543210", with: "<PHONE_1>").utf8)
        }
        return RedactedParts(
            request: replaced(parts.request), response: replaced(parts.response),
            messages: parts.messages.map(replaced), answer: parts.answer.map(replaced),
            requestHash: parts.requestHash.reversed(), responseHash: parts.responseHash?.reversed(), note: "stored:1")
    }
}

@Suite("Redaction on the way into PostgreSQL", .database)
struct DrainRedactionTests {
    private static let request = #"{"model":"m","messages":[{"role":"user","content":"call 9876543210"}]}"#

    private func with(
        _ redactor: TestRedactor, _ body: (Journal, IngestDrain, PostgresPool, URL) async throws -> Void
    ) async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("ingest-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        let journal = try Journal(JournalConfiguration(directory: directory))
        defer { journal.shutdown() }
        let pool = TestDatabase.current.pool
        let drain = IngestDrain(
            journal: journal, store: PostgresExchangeStore(pool: pool), redactor: redactor, landed: { _ in },
            logger: Logger(label: "test"))
        try await body(journal, drain, pool, directory)
    }

    private func put(_ exchange: JournaledExchange, into journal: Journal) async throws {
        let ticket = try await journal.open(exchange.intent, request: ByteBuffer(bytes: exchange.request))
        try await journal.close(ticket, exchange.outcome, rest: ByteBuffer(bytes: exchange.response))
    }

    private func rows(_ pool: PostgresPool) async throws -> PostgresResult {
        try await pool.query(
            """
            SELECT e.id, e.redaction, e.request_sha256, e.request_bytes, b.request, b.response, b.messages::text AS messages,
                   b.projection_note
            FROM gleaner.exchanges e JOIN gleaner.exchange_bodies b USING (shard, id) ORDER BY e.id
            """)
    }

    @Test(
        "one that cannot be redacted is stored without its texts, and the others as they should be",
        arguments: [0, 3, 9])
    func broken(_ place: Int) async throws {
        let redactor = TestRedactor()
        try await with(redactor) { journal, drain, pool, _ in
            let project = ID<Project>.new()
            let exchanges = (0..<10).map { _ in JournaledExchange.fixture(project: project, request: Self.request) }
            redactor.fail([exchanges[place].intent.id], with: TestRedactor.Broken())
            for exchange in exchanges { try await put(exchange, into: journal) }
            #expect(try await drain.drainOnce() == 10)
            for row in try await rows(pool) {
                let isBroken = try row.decode("id", as: UUID.self) == exchanges[place].intent.id.uuid
                let request = String(decoding: try row.decode("request", as: [UInt8].self), as: UTF8.self)
                #expect(request == (isBroken ? "" : Self.request.replacing("9876543210", with: "<PHONE_1>")))
                #expect(try row.decode("redaction", as: String.self) == (isBroken ? "withheld" : "stored:1"))
                #expect(
                    try row.decodeIfPresent("projection_note", as: String.self) == (isBroken ? "redaction_failed" : nil)
                )
                #expect(try row.decode("request_bytes", as: Int64.self) == Int64(Self.request.utf8.count))
                #expect(try row.decode("request_sha256", as: [UInt8].self) != exchanges[0].intent.requestHash)
            }
            // Delivered again it is the same exchange, not another of its name.
            for exchange in exchanges { try await put(exchange, into: journal) }
            try await drain.drainOnce()
            #expect(try await rows(pool).count == 10)
            #expect(journal.counts.quarantined == 0)
            #expect(journal.counts.gap == 0)
        }
    }

    @Test("where the bytes may be kept only what was read from them is left out")
    func brokenProjection() async throws {
        let redactor = TestRedactor(keeps: true)
        try await with(redactor) { journal, drain, pool, _ in
            let exchange = JournaledExchange.fixture(request: Self.request)
            redactor.fail([exchange.intent.id], with: TestRedactor.Broken())
            try await put(exchange, into: journal)
            try await drain.drainOnce()
            let row = try #require(try await rows(pool).first)
            #expect(try row.decode("request", as: [UInt8].self) == exchange.request)
            #expect(try row.decode("request_sha256", as: [UInt8].self) == exchange.intent.requestHash)
            #expect(try row.decodeIfPresent("messages", as: String.self) == nil)
        }
    }

    @Test("what time may mend keeps the whole batch in the journal")
    func waits() async throws {
        let redactor = TestRedactor()
        try await with(redactor) { journal, drain, pool, _ in
            let exchange = JournaledExchange.fixture(request: Self.request)
            try await put(exchange, into: journal)
            try await put(.fixture(), into: journal)
            redactor.fail([exchange.intent.id], with: RedactorNotReady())
            await #expect(throws: RedactorNotReady.self) { try await drain.drainOnce() }
            redactor.fail([exchange.intent.id], with: PostgresError.connectionLost(sqlState: nil))
            await #expect(throws: PostgresError.self) { try await drain.drainOnce() }
            #expect(try await rows(pool).isEmpty)
            #expect(journal.counts.journaled == 2)
            redactor.fail([], with: nil)
            #expect(try await drain.drainOnce() == 2)
            #expect(journal.counts.gap == 0)
        }
    }

    @Test("what the disk has damaged is kept without personal data")
    func damaged() async throws {
        try await with(TestRedactor()) { journal, _, pool, _ in
            let exchange = JournaledExchange.fixture(request: Self.request)
            var bare = ProjectedExchange(exchange: exchange, projection: .empty(note: "journal_damaged"))
            bare = try await bare.redactedAsDamaged(TestRedactor()) { _, _ in }
            try await PostgresExchangeStore(pool: pool).quarantine(
                bare.exchange, reason: "journal_damaged", sqlState: nil)
            let kept = try await pool.query("SELECT request FROM gleaner.quarantine")[0].decode(
                "request", as: [UInt8].self)
            #expect(String(decoding: kept, as: UTF8.self).contains("<PHONE_1>"))
            let failing = TestRedactor()
            failing.fail([exchange.intent.id], with: TestRedactor.Broken())
            let withheld = try await ProjectedExchange(exchange: exchange, projection: .empty(note: "journal_damaged"))
                .redactedAsDamaged(failing) { _, _ in }
            #expect(withheld.exchange.request.isEmpty && withheld.exchange.response.isEmpty)
        }
    }

    @Test("what is written without a journal is redacted as well")
    func written() async throws {
        let pool = TestDatabase.current.pool
        let writer = ExchangeWriter(
            pool: pool, prices: PriceTable(), redactor: TestRedactor(), landed: { _ in }, logger: Logger(label: "test"))
        let exchange = JournaledExchange.fixture(request: Self.request)
        #expect(try await writer.write([exchange]).added == [exchange.intent.id])
        #expect(try await writer.write([exchange]).known == [exchange.intent.id])
        let row = try #require(try await rows(pool).first)
        let request = String(decoding: try row.decode("request", as: [UInt8].self), as: UTF8.self)
        let messages: String = try row.decode("messages")
        #expect(request.contains("<PHONE_1>") && !request.contains("9876543210"))
        #expect(messages.contains("<PHONE_1>") && !messages.contains("9876543210"))
    }
}
