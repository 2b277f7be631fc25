import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import Logging
import NIOCore
import Synchronization
import Testing

@testable import GleanerIngest

@Suite("Ingest", .database)
struct IngestDrainTests {
    /// A journal and a drain on this test's database.
    private func with(
        landed: @escaping ExchangesLanded = { _ in }, _ body: (Journal, IngestDrain, PostgresPool) async throws -> Void
    ) async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("ingest-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        let journal = try Journal(JournalConfiguration(directory: directory))
        defer { journal.shutdown() }
        let pool = TestDatabase.current.pool
        let drain = IngestDrain(journal: journal, pool: pool, landed: landed, logger: Logger(label: "test"))
        try await body(journal, drain, pool)
    }

    private func put(_ exchange: JournaledExchange, into journal: Journal) async throws {
        let ticket = try await journal.open(exchange.intent, request: ByteBuffer(bytes: exchange.request))
        try await journal.close(ticket, exchange.outcome, rest: ByteBuffer(bytes: exchange.response))
    }

    private func count(_ table: String, _ pool: PostgresPool) async throws -> Int {
        try await pool.query("SELECT count(*) AS count FROM gleaner.\(identifier: table)")[0].decode("count")
    }

    @Test("an exchange lands with its exact bytes, its columns and its projections")
    func lands() async throws {
        try await with { journal, drain, pool in
            let exchange = JournaledExchange.fixture()
            try await put(exchange, into: journal)
            #expect(try await drain.drainOnce() == 1)
            let row = try await pool.query(
                """
                SELECT e.*, b.request, b.response, b.messages, b.answer, b.projection_note
                FROM gleaner.exchanges e JOIN gleaner.exchange_bodies b USING (shard, id)
                """)[0]
            #expect(try row.decode("id", as: UUID.self) == exchange.intent.id.uuid)
            #expect(try row.decode("request", as: [UInt8].self) == exchange.request)
            #expect(try row.decode("response", as: [UInt8].self) == exchange.response)
            #expect(try row.decode("request_sha256", as: [UInt8].self) == exchange.intent.requestHash)
            #expect(try row.decode("tags", as: PostgresArray<String>.self).elements == ["a", "b"])
            #expect(try row.decode("served_model", as: String.self) == "m-1")
            #expect(try row.decode("complete", as: Bool.self))
            #expect(try row.decode("language", as: String.self) == "en")
            #expect(try row.decode("answer_language", as: String.self) == "en")
            #expect(try row.decode("shard", as: Int16.self) == exchange.intent.id.shard.value)
            #expect(try row.decodeIfPresent("projection_note", as: String.self) == nil)
            #expect(journal.counts.stored == 1)
            #expect(journal.counts.gap == 0)
        }
    }

    @Test("what is copied and what is inserted are the same rows")
    func sameRows() async throws {
        try await with { _, _, pool in
            let project = ID<Project>.new()
            let exchanges = (0..<20).map { _ in JournaledExchange.fixture(project: project) }
            let projected = exchanges.map { ProjectedExchange(exchange: $0, projection: .init($0)) }
            let snapshot: SQL = """
                SELECT to_jsonb(e) || to_jsonb(b) || jsonb_build_object('tries', (
                    SELECT jsonb_agg(to_jsonb(a) ORDER BY a.number) FROM gleaner.attempts a WHERE a.exchange_id = e.id)) AS row
                FROM gleaner.exchanges e JOIN gleaner.exchange_bodies b USING (shard, id) ORDER BY id
                """
            try await pool.query(try ExchangeInsert(projected).statement)
            let inserted = try await pool.query(snapshot).map { try $0.decode("row", as: JSONB.self).text }
            for table in ["exchanges", "exchange_bodies", "attempts"] {
                try await pool.query("DELETE FROM gleaner.\(identifier: table)")
            }
            try await pool.withConnection { connection in
                try await connection.transaction {
                    try await ExchangeCopy(projected).run(on: connection, timeout: .seconds(10))
                }
            }
            let copied = try await pool.query(snapshot).map { try $0.decode("row", as: JSONB.self).text }
            #expect(inserted.count == 20)
            #expect(copied == inserted)
        }
    }

    @Test("a backlog of several batches is stored once, told of before it leaves, and nothing of it stays")
    func backlog() async throws {
        let told = Mutex<[ID<Exchange>]>([])
        try await with(landed: { stored in told.withLock { $0 += stored.map(\.id) } }) { journal, drain, pool in
            let project = ID<Project>.new()
            let size = 2 * DrainPace.mostExchanges + 37
            for _ in 0..<size { try await put(JournaledExchange.fixture(project: project), into: journal) }
            let running = Task { try await drain.run() }
            while journal.counts.journaled > 0 { try await Task.sleep(for: .milliseconds(5)) }
            running.cancel()
            try await running.value
            #expect(try await count("exchanges", pool) == size)
            #expect(Set(told.withLock { $0 }).count == size)
            #expect(told.withLock { $0 }.count == size)
            #expect(journal.counts.stored == Int64(size))
            #expect(journal.counts.gap == 0)
        }
    }

    @Test("a batch that is delivered twice is stored once", arguments: [1, 7, 150])
    func twice(_ size: Int) async throws {
        try await with { _, _, pool in
            let project = ID<Project>.new()
            let exchanges = (0..<size).map { _ in JournaledExchange.fixture(project: project) }
            let store = PostgresExchangeStore(pool: pool)
            let projected = exchanges.map { ProjectedExchange(exchange: $0, projection: .init($0)) }
            let first = try await store.store(ExchangeBatch(projected))
            let second = try await store.store(ExchangeBatch(projected))
            #expect(first.isEmpty)
            #expect(second.isEmpty)
            #expect(try await count("exchanges", pool) == size)
            #expect(try await count("exchange_bodies", pool) == size)
        }
    }

    @Test("another exchange with a stored id goes to quarantine, and the first stays as it is")
    func conflict() async throws {
        try await with { journal, drain, pool in
            let first = JournaledExchange.fixture()
            try await put(first, into: journal)
            try await drain.drainOnce()
            let second = JournaledExchange.fixture(
                id: first.intent.id, project: first.intent.project, response: #"{"id":"other"}"#)
            try await put(second, into: journal)
            try await drain.drainOnce()
            #expect(try await count("exchanges", pool) == 1)
            let row = try await pool.query("SELECT reason, response FROM gleaner.quarantine")[0]
            #expect(try row.decode("reason", as: String.self) == "id_conflict")
            #expect(try row.decode("response", as: [UInt8].self) == second.response)
            #expect(journal.counts.quarantined == 1)
            #expect(journal.counts.stored == 1)
            #expect(journal.counts.gap == 0)
        }
    }

    @Test("of a batch with one row that Postgres refuses, all others are stored", arguments: [0, 1, 20, 38, 39])
    func poison(_ place: Int) async throws {
        try await with { journal, drain, pool in
            // A row that no partition and no CHECK of ours would refuse: only this test's trigger does.
            try await pool.query(
                """
                CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN IF NEW.requested_model = 'poison' THEN RAISE EXCEPTION 'no' USING ERRCODE = '22012'; END IF; RETURN NEW; END $$
                """)
            try await pool.query(
                "CREATE TRIGGER poison BEFORE INSERT ON gleaner.exchanges FOR EACH ROW EXECUTE FUNCTION poison()")
            let project = ID<Project>.new()
            var poisoned: ID<Exchange>?
            for number in 0..<40 {
                var exchange = JournaledExchange.fixture(project: project)
                if number == place {
                    exchange = exchange.asking(for: "poison")
                    poisoned = exchange.intent.id
                }
                try await put(exchange, into: journal)
            }
            #expect(try await drain.drainOnce() == 40)
            #expect(try await count("exchanges", pool) == 39)
            let rows = try await pool.query("SELECT id, sqlstate, request FROM gleaner.quarantine")
            #expect(rows.count == 1)
            #expect(try rows[0].decode("id", as: UUID.self) == poisoned?.uuid)
            #expect(try rows[0].decode("sqlstate", as: String.self) == "22012")
            #expect(journal.counts.gap == 0)
            #expect(journal.counts.journaled == 0)
        }
    }

    @Test("an exchange whose projection Postgres refuses is stored without it")
    func projectionRefused() async throws {
        try await with { journal, drain, pool in
            try await pool.query("ALTER TABLE gleaner.exchange_bodies ADD CHECK (messages IS NULL)")
            let exchange = JournaledExchange.fixture()
            try await put(exchange, into: journal)
            try await drain.drainOnce()
            let row = try await pool.query("SELECT request, messages, projection_note FROM gleaner.exchange_bodies")[0]
            #expect(try row.decode("request", as: [UInt8].self) == exchange.request)
            #expect(try row.decodeIfPresent("messages", as: JSONB.self) == nil)
            #expect(try row.decode("projection_note", as: String.self) == "refused_23514")
            #expect(try await count("quarantine", pool) == 0)
        }
    }

    @Test("a missing partition is made, and the exchange is stored")
    func missingPartition() async throws {
        try await with { journal, drain, pool in
            let old = ID<Exchange>(UUIDv7(now: { Date(timeIntervalSince1970: 1_700_000_000) }).make(shard: Shard(5)))
            try await put(.fixture(id: old), into: journal)
            try await drain.drainOnce()
            #expect(try await count("exchanges", pool) == 1)
            #expect(try await count("quarantine", pool) == 0)
        }
    }

    @Test("while Postgres refuses, nothing leaves the journal; afterwards everything lands")
    func away() async throws {
        try await with { journal, drain, pool in
            try await put(.fixture(), into: journal)
            try await pool.query("ALTER TABLE gleaner.exchanges RENAME TO hidden")
            try await pool.query(
                "CREATE VIEW gleaner.exchanges AS SELECT * FROM gleaner.hidden WHERE pg_sleep(0) IS NOT NULL")
            try await pool.query(
                "ALTER DATABASE \(identifier: TestDatabase.current.name) SET default_transaction_read_only = on")
            let readOnly = PostgresPool(
                configuration: TestDatabase.current.configuration, logger: Logger(label: "test"))
            let stuck = IngestDrain(journal: journal, pool: readOnly, landed: { _ in }, logger: Logger(label: "test"))
            await #expect(throws: PostgresError.self) { try await stuck.drainOnce() }
            #expect(journal.counts.journaled == 1)
            #expect(journal.counts.gap == 0)
            await readOnly.shutdown()
            try await pool.query("DROP VIEW gleaner.exchanges")
            try await pool.query("ALTER TABLE gleaner.hidden RENAME TO exchanges")
            try await pool.query(
                "ALTER DATABASE \(identifier: TestDatabase.current.name) RESET default_transaction_read_only")
            #expect(try await drain.drainOnce() == 1)
            #expect(try await count("exchanges", pool) == 1)
        }
    }

    @Test("listeners hear of each exchange before the journal lets it go, and again when they were cut off")
    func landed() async throws {
        let heard = Mutex<[StoredExchange]>([])
        let isFailing = Mutex(true)
        try await with(landed: { stored in
            heard.withLock { $0 += stored }
            if isFailing.withLock({ $0 }) { throw PostgresError.connectionLost(sqlState: nil) }
        }) { journal, drain, pool in
            let exchange = JournaledExchange.fixture()
            try await put(exchange, into: journal)
            await #expect(throws: PostgresError.self) { try await drain.drainOnce() }
            #expect(journal.counts.journaled == 1)
            isFailing.withLock { $0 = false }
            try await drain.drainOnce()
            #expect(heard.withLock(\.count) == 2)
            #expect(heard.withLock { $0.map(\.id) } == [exchange.intent.id, exchange.intent.id])
            #expect(heard.withLock { $0[0].completionID } == "c1")
            // The answer to one message, as its row says.
            #expect(heard.withLock { $0[0].turn } == 1)
            let row = try await pool.query("SELECT message_count FROM gleaner.exchanges")[0]
            #expect(try row.decode("message_count", as: Int32.self) == 1)
            #expect(try await count("exchanges", pool) == 1)
            #expect(journal.counts.stored == 1)
        }
    }

    @Test("an interrupted exchange is stored with the hash of what came")
    func interrupted() async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("ingest-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        let id = ID<Exchange>.new()
        do {
            let journal = try Journal(JournalConfiguration(directory: directory))
            let ticket = try await journal.open(.fixture(id: id, request: "{}"), request: ByteBuffer(string: "{}"))
            journal.checkpoint(
                ticket, ByteBuffer(string: "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Na\"}}]}\n\n"))
            journal.shutdown()
        }
        let journal = try Journal(JournalConfiguration(directory: directory))
        defer { journal.shutdown() }
        let pool = TestDatabase.current.pool
        try await IngestDrain(journal: journal, pool: pool, landed: { _ in }, logger: Logger(label: "test")).drainOnce()
        let row = try await pool.query(
            """
            SELECT e.status, e.reason, e.complete, e.response_sha256 = sha256(b.response) AS matches
            FROM gleaner.exchanges e JOIN gleaner.exchange_bodies b USING (shard, id)
            """)[0]
        #expect(try row.decode("status", as: String.self) == "interrupted")
        #expect(try row.decode("reason", as: String.self) == "gateway_stopped")
        #expect(try row.decode("complete", as: Bool.self) == false)
        #expect(try row.decode("matches", as: Bool.self))
    }
}

extension JournaledExchange {
    fileprivate func asking(for model: String) -> JournaledExchange {
        JournaledExchange(
            intent: ExchangeIntent(
                id: intent.id, project: intent.project, key: intent.key, receivedAt: intent.receivedAt,
                endpoint: intent.endpoint, streamed: false, requestedModel: model, conversation: nil, endUser: nil,
                tags: [],
                provider: nil, requestHash: intent.requestHash), outcome: outcome, request: request, response: response)
    }
}
