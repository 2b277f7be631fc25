import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import Logging
import NIOCore
import Testing

@testable import GleanerIngest

@Suite("Prices")
struct PriceTests {
    private static let day = 86_400.0
    private func price(
        _ model: String, _ input: Double, provider: String? = nil, day: Double = 0
    ) throws -> Price {
        Price(
            provider: provider, model: try ModelPattern(model),
            effectiveFrom: Date(timeIntervalSince1970: day * Self.day), rates: try TokenRates(input: input, output: 0))
    }
    private func input(_ table: PriceTable, _ model: String, _ provider: String? = nil, day: Double = 100) -> Double? {
        table.price(of: model, from: provider, at: Date(timeIntervalSince1970: day * Self.day))?.rates.input
    }

    // By hand: fresh = prompt - cached - written, each kind times its rate, over a million.
    @Test(
        "what an exchange cost",
        arguments: [
            // 1,000 × 2.50 + 500 × 10.00 = 7,500
            (TokenCounts(prompt: 1000, completion: 500), 2.5, nil, nil, 10, 0.0075),
            // 200 × 2.50 + 800 × 1.25 + 100 × 10 = 500 + 1,000 + 1,000
            (TokenCounts(prompt: 1000, cached: 800, completion: 100), 2.5, 1.25, nil, 10, 0.0025),
            // 100 × 3 + 700 × 0.30 + 200 × 3.75 + 50 × 15 = 300 + 210 + 750 + 750
            (TokenCounts(prompt: 1000, cached: 700, cacheWrite: 200, completion: 50), 3, 0.3, 3.75, 15, 0.00201),
            // No rate of their own: cached and written tokens cost as input. 1,000 × 3 + 0
            (TokenCounts(prompt: 1000, cached: 700, cacheWrite: 200, completion: 0), 3, nil, nil, 15, 0.003),
            // More cached than prompt: 0 × 2 + 800 × 1 + 10 × 4
            (TokenCounts(prompt: 500, cached: 800, completion: 10), 2, 1, nil, 4, 0.00084),
            // A million of each is the prices' own unit.
            (TokenCounts(prompt: 1_000_000, completion: 1_000_000), 0.15, nil, nil, 0.6, 0.75),
            (TokenCounts(prompt: 0, completion: 0), 2.5, nil, nil, 10, 0),
        ] as [(TokenCounts, Double, Double?, Double?, Double, Double)])
    func costs(
        _ tokens: TokenCounts, _ input: Double, _ cached: Double?, _ written: Double?, _ output: Double, _ cost: Double
    ) throws {
        let rates = try TokenRates(input: input, cachedInput: cached, cacheWrite: written, output: output)
        #expect(abs(tokens.cost(at: rates) - cost) < 1e-12)
    }

    @Test("the most specific price counts: whole name, longest beginning, own provider, newest date")
    func specificity() throws {
        let table = PriceTable([
            try price("*", 1), try price("gpt-*", 2), try price("gpt-4o*", 3), try price("gpt-4o", 4),
            try price("gpt-4o", 5, provider: "azure"), try price("gpt-4o*", 6, provider: "azure"),
            try price("gpt-4o", 7, day: 50), try price("gpt-4o", 8, day: 200),
        ])
        #expect(input(table, "gpt-4o", day: 10) == 4)
        #expect(input(table, "gpt-4o", day: 50) == 7)
        #expect(input(table, "gpt-4o", day: 199) == 7)
        #expect(input(table, "gpt-4o", day: 200) == 8)
        #expect(input(table, "gpt-4o", "azure", day: 300) == 5)
        #expect(input(table, "gpt-4o-mini") == 3)
        #expect(input(table, "gpt-4o-mini", "azure") == 6)
        #expect(input(table, "gpt-4o-mini", "openai") == 3)
        #expect(input(table, "gpt-5") == 2)
        #expect(input(table, "llama-3") == 1)
        #expect(input(PriceTable([try price("gpt-4o", 4, day: 200)]), "gpt-4o") == nil)
        #expect(input(PriceTable([try price("gpt-4o", 4, provider: "azure")]), "gpt-4o", "openai") == nil)
    }

    @Test("the model that answered is asked for first, then the one that was asked")
    func models() throws {
        let table = PriceTable([try price("asked", 1), try price("served", 2)])
        let time = Date(timeIntervalSince1970: 1000)
        #expect(table.price(ofFirst: ["served", "asked"], from: nil, at: time)?.rates.input == 2)
        #expect(table.price(ofFirst: ["unheard-of", nil, "asked"], from: nil, at: time)?.rates.input == 1)
        #expect(table.price(ofFirst: [nil], from: nil, at: time) == nil)
    }

    @Test("a pattern has its * at the end only, and prices are not negative", arguments: ["", "a*b", "**", "a\nb"])
    func patterns(_ text: String) throws {
        #expect(throws: PriceError.self) { try ModelPattern(text) }
        #expect(throws: PriceError.rateInvalid("output_usd")) { try TokenRates(input: 1, output: -0.5) }
        #expect(throws: PriceError.rateInvalid("input_usd")) { try TokenRates(input: .nan, output: 1) }
        #expect(try ModelPattern("gpt-*").description == "gpt-*")
    }
}

@Suite("Prices in the database", .database)
struct StoredPriceTests {
    private var pool: PostgresPool { TestDatabase.current.pool }

    private func set(_ model: String, _ input: Double, provider: String? = nil, from: Double = 0) async throws {
        try await PriceStore(pool: pool).set([
            Price(
                provider: provider, model: try ModelPattern(model), effectiveFrom: Date(timeIntervalSince1970: from),
                rates: try TokenRates(input: input, cachedInput: input / 2, output: input * 4))
        ])
    }

    private static let answer =
        #"{"id":"c1","model":"m-1","choices":[{"index":0,"message":{"role":"assistant","content":"ok"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1000,"completion_tokens":100,"prompt_tokens_details":{"cached_tokens":400}}}"#

    private func costs() async throws -> [Double?] {
        try await pool.query("SELECT cost_usd FROM gleaner.exchanges ORDER BY served_model").map {
            try $0.decodeIfPresent("cost_usd", as: Double.self)
        }
    }

    @Test("prices are kept to the last digit, replaced by their key, and removed")
    func store() async throws {
        let store = PriceStore(pool: pool)
        try await set("m-1", 0.075)
        try await set("m-1", 0.15)
        try await set("m-1", 0.2, provider: "azure")
        try await set("m-1", 0.1, from: 1_750_000_000)
        let all = try await store.all()
        #expect(all.map(\.rates.input) == [0.15, 0.1, 0.2])
        #expect(all[0].rates.cachedInput == 0.075)
        #expect(all[0].rates.cacheWrite == nil)
        #expect(try await store.remove(ModelPattern("m-1"), of: "azure", from: nil) == 1)
        #expect(try await store.remove(ModelPattern("m-1"), of: nil, from: PriceStore.always) == 1)
        #expect(try await store.remove(ModelPattern("m-1"), of: nil, from: PriceStore.always) == 0)
        #expect(try await store.all().count == 1)
        #expect(try await store.start(of: ModelPattern("new"), from: nil, wanted: nil) == PriceStore.always)
        #expect(try await store.start(of: ModelPattern("m-1"), from: nil, wanted: nil) > PriceStore.always)
    }

    @Test("ingest gives each exchange its cost, from prices it reads by itself; without one there is none")
    func ingest() async throws {
        try await set("m-1", 2)
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("prices-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        let journal = try Journal(JournalConfiguration(directory: directory))
        defer { journal.shutdown() }
        let logger = Logger(label: "test")
        let book = PriceBook(pool: pool, configuration: TestDatabase.current.configuration, logger: logger)
        let drain = IngestDrain(journal: journal, pool: pool, prices: book, landed: { _ in }, logger: logger)
        for response in [Self.answer, Self.answer.replacing("m-1", with: "m-9"), "{}"] {
            let exchange = JournaledExchange.fixture(response: response)
            try await journal.record(
                exchange.intent, request: ByteBuffer(bytes: exchange.request), exchange.outcome,
                response: ByteBuffer(bytes: exchange.response))
        }
        try await drain.drainOnce()
        // 600 × 2 + 400 × 1 + 100 × 8 = 2,400 millionths
        #expect(try await costs() == [0.0024, nil, nil])
    }

    @Test("a price that changes is known to a running book at once")
    func notified() async throws {
        let book = PriceBook(
            pool: pool, configuration: TestDatabase.current.configuration, logger: Logger(label: "test"))
        let running = Task { try await book.run() }
        defer { running.cancel() }
        try await book.prepare()
        #expect(book.current.isEmpty)
        // The listener says so once it is there; before that a change is read with its first look.
        try await set("m-1", 2)
        let deadline = ContinuousClock.now + .seconds(10)
        while book.current.isEmpty, ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(20)) }
        #expect(!book.current.isEmpty)
        try await set("m-1", 3)
        while book.current.price(of: "m-1", from: nil, at: Date())?.rates.input != 3, ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(book.current.price(of: "m-1", from: nil, at: Date())?.rates.input == 3)
        running.cancel()
        _ = try? await running.value
    }

    @Test("exchanges from before a price get their cost afterwards; others keep theirs unless they are to be replaced")
    func backfill() async throws {
        let project = ID<Project>.new()
        try await pool.query(
            "INSERT INTO gleaner.projects (id, name, created_at) VALUES (\(project.uuid), 'p', now())")
        let store = PostgresExchangeStore(pool: pool)
        let old = JournaledExchange.fixture(project: project, response: Self.answer)
        let other = JournaledExchange.fixture(
            project: project, response: Self.answer.replacing("m-1", with: "m-2"))
        let projected = [(old, nil), (other, 9.0)].map { exchange, cost in
            var projection = ExchangeProjection(exchange)
            projection.costUSD = cost
            return ProjectedExchange(exchange: exchange, projection: projection)
        }
        _ = try await store.store(ExchangeBatch(projected))
        try await set("m-*", 2)
        let backfill = CostBackfill(pool: pool)
        let since = Date().addingTimeInterval(-60)
        var result = try await backfill.run(since: since)
        #expect(result.seen == 1)
        #expect(result.priced == 1)
        #expect(try await costs() == [0.0024, 9])
        result = try await backfill.run(since: since, project: project, replacing: true)
        #expect(result.priced == 2)
        #expect(try await costs() == [0.0024, 0.0024])
        #expect(try await backfill.run(since: Date().addingTimeInterval(60)).seen == 0)
        #expect(try await backfill.run(since: since, project: .new(), replacing: true).seen == 0)
    }
}
