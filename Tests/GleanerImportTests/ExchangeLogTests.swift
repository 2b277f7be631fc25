import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import Logging
import Testing

@testable import GleanerImport
@testable import GleanerIngest

@Suite("Logging after the fact", .database)
struct ExchangeLogTests {
    private func with(
        _ body: (ExchangeLog, IngestDrain, Journal, PostgresPool) async throws -> Void
    ) async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("log-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        let journal = try Journal(JournalConfiguration(directory: directory))
        defer { journal.shutdown() }
        let pool = TestDatabase.current.pool
        let drain = IngestDrain(journal: journal, pool: pool, landed: { _ in }, logger: Logger(label: "test"))
        try await body(ExchangeLog(journal: journal), drain, journal, pool)
    }
    private let caller = Caller(project: .new(), key: .new(), keyName: "k", scopes: [.gateway])

    private static let item =
        #"{"external_id":"e1","received_at":"2024-03-01T12:00:00.250Z","request": {"model":"m",  "messages":[{"role":"user","content":"hi"}],"metadata":{"a":"1"}},"response":{"id":"c1","model":"m-1","choices":[{"index":0,"message":{"role":"assistant","content":"ok"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":1}},"duration_ms":12.5,"provider":"openai","conversation":"t1","tags":["x"],"metadata":{"b":2}}"#

    private func record(_ text: String, _ log: ExchangeLog) async throws -> ExchangeLog.Receipt {
        try await log.record(Array(text.utf8), by: caller)
    }

    @Test("a posted exchange lands in the week it belongs to, with its exact bytes and all that was said of it")
    func lands() async throws {
        try await with { log, drain, journal, pool in
            let receipt = try await record(Self.item, log)
            #expect(!receipt.wasKnown)
            #expect(journal.counts.journaled == 1)
            #expect(try await drain.drainOnce() == 1)
            let row = try await pool.query(
                """
                SELECT e.*, b.request, b.response, e.metadata::text AS meta, a.provider AS tried,
                       sha256(b.request) = e.request_sha256 AND sha256(b.response) = e.response_sha256 AS is_exact
                FROM gleaner.exchanges e JOIN gleaner.exchange_bodies b USING (shard, id)
                JOIN gleaner.attempts a ON a.shard = e.shard AND a.exchange_id = e.id
                """)[0]
            #expect(try row.decode("id", as: UUID.self) == receipt.id.uuid)
            #expect(try row.decode("source", as: String.self) == "api")
            #expect(try row.decode("is_exact", as: Bool.self))
            #expect(
                String(decoding: try row.decode("request", as: [UInt8].self), as: UTF8.self)
                    == #"{"model":"m",  "messages":[{"role":"user","content":"hi"}],"metadata":{"a":"1"}}"#)
            #expect(try row.decode("received_at", as: Date.self) == Date(timeIntervalSince1970: 1_709_294_400.25))
            #expect(try row.decode("served_model", as: String.self) == "m-1")
            #expect(try row.decode("prompt_tokens", as: Int32.self) == 3)
            #expect(try row.decode("duration_ms", as: Double.self) == 12.5)
            #expect(try row.decode("tried", as: String.self) == "openai")
            #expect(try row.decode("meta", as: String.self) == #"{"b": 2}"#)
            #expect(try row.decode("complete", as: Bool.self))
            #expect(journal.counts.gap == 0)
        }
    }

    @Test("sent again, the same exchange is the same one: while it waits and after it is stored")
    func repeated() async throws {
        try await with { log, drain, journal, pool in
            let first = try await record(Self.item, log)
            let again = try await record(Self.item, log)
            #expect(again.id == first.id)
            #expect(again.wasKnown)
            try await drain.drainOnce()
            #expect(try await record(Self.item, log).id == first.id)
            try await drain.drainOnce()
            let counts = try await pool.query(
                "SELECT (SELECT count(*) FROM gleaner.exchanges) AS kept, (SELECT count(*) FROM gleaner.quarantine) AS aside"
            )[0]
            #expect(try counts.decode("kept", as: Int.self) == 1)
            #expect(try counts.decode("aside", as: Int.self) == 0)
            #expect(journal.counts.gap == 0)
        }
    }

    @Test("other content under the same name is refused while the first waits, and put aside once that is stored")
    func conflict() async throws {
        try await with { log, drain, journal, pool in
            _ = try await record(Self.item, log)
            let other = Self.item.replacing(#""ok""#, with: #""no""#)
            await #expect(throws: LogError.conflict) { try await record(other, log) }
            try await drain.drainOnce()
            _ = try await record(other, log)
            try await drain.drainOnce()
            let row = try await pool.query("SELECT reason FROM gleaner.quarantine")[0]
            #expect(try row.decode("reason", as: String.self) == "id_conflict")
            #expect(journal.counts.gap == 0)
        }
    }

    @Test("the same exchange sent by many at a time is kept once, and all are told so")
    func together() async throws {
        try await with { log, drain, _, pool in
            let receipts = try await withThrowingTaskGroup(of: ExchangeLog.Receipt.self) { group in
                for _ in 0..<20 { group.addTask { try await record(Self.item, log) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(receipts.map(\.id)).count == 1)
            #expect(receipts.count { !$0.wasKnown } == 1)
            try await drain.drainOnce()
            #expect(try await pool.query("SELECT 1 FROM gleaner.exchanges").count == 1)
        }
    }

    @Test("a batch over ten years makes the weeks it needs, and no others")
    func partitions() async throws {
        try await with { log, drain, _, pool in
            for (number, year) in [2015, 2019, 2024].enumerated() {
                _ = try await record(
                    Self.item.replacing("2024", with: "\(year)").replacing("e1", with: "e\(number)"), log)
            }
            func partitions() async throws -> Int {
                try await pool.query(
                    "SELECT count(*) AS count FROM pg_inherits WHERE inhparent = 'gleaner.exchanges'::regclass"
                )[0].decode("count")
            }
            let before = try await partitions()
            #expect(try await drain.drainOnce() == 3)
            #expect(try await partitions() == before + 3)
            #expect(try await pool.query("SELECT 1 FROM gleaner.exchanges").count == 3)
        }
    }
}
