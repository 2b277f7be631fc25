import AsyncPostgres
import Foundation
import GleanerCore
import GleanerHTTP
import GleanerTestSupport
import Testing

@testable import GleanerExchanges

@Suite("Searching exchanges", .database)
struct SearchTests {
    private static func anyone(_ random: inout SeededRandom, at time: Date) -> SoughtExchange {
        func pick<Value>(_ values: [Value]) -> Value { values.randomElement(using: &random)! }
        func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }
        var exchange = SoughtExchange(
            id: ID(UUIDv7(now: { time }).make(shard: Shard(Int16.random(in: 0..<4096, using: &random)))))
        exchange.status = chance(80) ? .completed : pick(ExchangeStatus.allCases)
        exchange.httpStatus = pick([200, 200, 200, 404, 429, 503, nil])
        exchange.source = pick(ExchangeSource.allCases)
        exchange.route = pick([nil, "chat", "health"])
        exchange.variant = exchange.route == nil ? nil : pick(["base", "canary", "shadow"])
        exchange.model = pick(["small-1", "large-1", nil])
        exchange.provider = pick(["openai", "local", nil])
        exchange.language = pick(["en", "hi-Latn", "ta", nil])
        exchange.tags = pick([[], ["beta"], ["beta", "vip"], ["odd"]])
        exchange.endUser = pick([nil, "u1", "u2", "u3"])
        exchange.conversation = pick([nil, "c1", "c2", "c3", "c4"])
        exchange.durationMS = pick([nil, 10, 500, 5000])
        exchange.costUSD = pick([nil, 0.0001, 0.02])
        exchange.firstTokenMS = pick([nil, 5, 400])
        exchange.promptTokens = pick([nil, 12, 900])
        exchange.finishReason = pick(["stop", "length", nil])
        exchange.isRegenerated = chance(20)
        exchange.figures = pick([[], [2], [4, 1.5], [0, 3]])
        exchange.prompt = pick([
            "Chai kaise banate hain?", "100% \"sure\" of a\\b_c", "मुझे बुखार है", "LOUD Weather", "plain\nwords",
        ])
        exchange.answer = pick(["Paani ubaalo.", "It rains.", "Ärger im Büro", "role play"])
        let raters: [String?] = [nil, "r1", "r2"]
        if chance(30) {
            exchange.thumbs = (0..<Int.random(in: 1...4, using: &random)).map { _ in (pick(raters), chance(50)) }
        }
        if chance(20) {
            exchange.scores = (0..<Int.random(in: 1...3, using: &random)).map { _ in
                (pick(raters), Int16.random(in: 1...5, using: &random))
            }
        }
        if chance(20) {
            exchange.flags = (0..<Int.random(in: 1...3, using: &random)).map { _ in (pick(raters), chance(60)) }
        }
        if chance(25) { exchange.reviews = Int.random(in: 1...2, using: &random) }
        if chance(30) {
            exchange.decisions = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                (pick(["prompt", "response"]), pick(["allow", "unknown", "flag", "redact", "block"]))
            }
        }
        return exchange
    }

    /// Up to three conditions, as a query says them.
    private static func anyFilter(_ random: inout SeededRandom, around now: Date) throws -> ExchangeFilter {
        func time(_ random: inout SeededRandom) -> String {
            now.addingTimeInterval(-Double(Int.random(in: 0...400, using: &random))).ISO8601Format()
        }
        let conditions: [(name: String, values: [String])] = [
            ("since", [time(&random)]), ("until", [time(&random)]), ("status", ExchangeStatus.allCases.map(\.rawValue)),
            ("http_status", ["error", "404", "200", "2xx", "4xx", "5xx"]),
            ("source", ExchangeSource.allCases.map(\.rawValue) + ["api,gateway"]), ("failed", ["true", "false"]),
            ("route", ["chat", "health", "none", "(none)"]), ("variant", ["base", "canary", "(none)"]),
            ("model", ["small-1", "large-1", "(none)"]), ("served_model", ["small-1", "(none)"]),
            ("provider", ["openai", "local", "(none)"]), ("language", ["en", "hi-Latn", "ta", "(none)"]),
            ("finish_reason", ["length", "content_filter"]), ("min_ttft_ms", ["0", "100"]),
            ("min_prompt_tokens", ["0", "13"]), ("moderation", ["flagged", "blocked", "unjudged"]),
            ("feedback", ["regenerated"]),
            ("figure", ["judge.score", "judge.score&figure_min=2", "judge.score&figure_max=2"]),
            ("tag", ["beta", "vip", "odd"]), ("end_user", ["u1", "u2"]),
            ("conversation", ["c1", "c2"]), ("min_ms", ["10", "501"]), ("min_cost_usd", ["0.0001", "0.02", "1"]),
            ("rating", ["up", "down", "rated", "scored", "none"]), ("score", ["1", "3", "5"]),
            ("reported", ["true", "false"]),
            ("reviewed", ["true", "false"]), ("flagged", ["true", "false"]),
            (
                "text",
                [
                    "chai", "%22SURE%22", "100%25", "a%5Cb_c", "बुखार", "weather", "ÄRGER", "büro", "content", "role",
                    "n%0Aw",
                ]
            ),
        ]
        let chosen = conditions.shuffled(using: &random).prefix(Int.random(in: 0...3, using: &random)).map {
            "\($0.name)=\($0.values.randomElement(using: &random)!)"
        }
        return try ExchangeFilter(QueryItems(chosen.joined(separator: "&")))
    }

    @Test("any filter finds what it says, whole and newest first, on pages of any size and in no time at all")
    func anyFilterFindsWhatItSays() async throws {
        let world = try await SearchWorld()
        let other = try await SearchWorld(pool: world.pool, project: "other")
        var random = SeededRandom(seed: 4)
        let now = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded(.down))
        var stored: [SoughtExchange] = []
        for place in 0..<250 {
            let exchange = Self.anyone(&random, at: now.addingTimeInterval(-Double(place)))
            stored.append(exchange)
            try await world.store(exchange)
            if place.isMultiple(of: 8) {
                try await other.store(Self.anyone(&random, at: now.addingTimeInterval(-Double(place))))
            }
        }
        var found = 0
        for round in 0..<120 {
            let filter = try Self.anyFilter(&random, around: now)
            let wanted = stored.filter { $0.matches(filter) }.map(\.id).sorted(by: >)
            let limit = [1, 3, 7, 50, 500].randomElement(using: &random)!
            let budget = round.isMultiple(of: 2) ? Duration.zero : ExchangeSearch.budget
            let ids = try await world.all(filter, limit: limit, budget: budget).ids
            #expect(ids == wanted, "\(filter), pages of \(limit)")
            found += ids.count
        }
        #expect(found > 1000)
    }

    @Test("votes of marked raters are left out where that is asked for, and prompts are found as figures name them")
    func marksAndPrompts() async throws {
        let world = try await SearchWorld()
        var ids: [ID<Exchange>] = []
        for (place, rater) in ["marked", "honest"].enumerated() {
            var exchange = SoughtExchange(id: .new())
            exchange.thumbs = [(rater, false)]
            ids.append(exchange.id)
            try await world.store(exchange)
            try await world.pool.query(
                "UPDATE gleaner.exchanges SET system_fingerprint = sha256(\("\(place)")::bytea) WHERE id = \(exchange.id.uuid)"
            )
        }
        try await world.store(SoughtExchange(id: .new()))
        try await world.pool.query(
            """
            INSERT INTO gleaner.rater_marks (id, project_id, rater, reason, since, evidence, marked_at, seen_at)
            VALUES (gen_random_uuid(), \(world.project.uuid), 'marked', 'burst', now() - interval '1 hour', '{}', now(), now())
            """)
        // Of the day's prompts one was told apart.
        let name = try await world.pool.query(
            """
            INSERT INTO gleaner.rollup_prompts (project_id, day, fingerprint)
            VALUES (\(world.project.uuid), (now() AT TIME ZONE 'UTC')::date, sha256('0'::bytea))
            RETURNING left(encode(fingerprint, 'hex'), 12) AS name
            """)[0].decode("name", as: String.self)
        func found(_ query: String) async throws -> Set<ID<Exchange>> {
            Set(try await world.all(try ExchangeFilter(QueryItems(query))).ids)
        }
        #expect(try await found("rating=down") == Set(ids))
        #expect(try await found("rating=down&marked=false") == [ids[1]])
        #expect(try await found("prompt=\(name)") == [ids[0]])
        #expect(try await found("prompt=(others)") == [ids[1]])
        #expect(try await found("prompt=(none)").count == 1)
    }

    @Test("a search for what nobody has stops when its time is up, says how far it came, and goes on from there")
    func outOfTime() async throws {
        let world = try await SearchWorld()
        let now = Date()
        for place in 0..<900 {
            try await world.store(
                SoughtExchange(id: ID(UUIDv7(now: { now.addingTimeInterval(-Double(place)) }).make(shard: .random()))))
        }
        var filter = ExchangeFilter()
        filter.tag = "nobody"
        let page = try await world.search.page(of: world.project, filter, limit: 50, budget: .zero)
        #expect(page.exchanges.isEmpty)
        #expect(page.isCutShort)
        #expect(page.looked == 200)
        let searchedTo = try #require(page.searchedTo)
        #expect(abs(searchedTo.timeIntervalSince(now) + 199) < 2)
        let rest = try await world.all(filter, budget: .zero)
        #expect(rest.ids.isEmpty)
        #expect(rest.pages == 5)
        let whole = try await world.search.page(of: world.project, filter, limit: 50, budget: .seconds(20))
        #expect(whole.looked == 900)
        #expect(whole.next == nil)
        #expect(!whole.isCutShort)
    }

    @Test(
        "what moderation decided is a filter, a mark and part of the history; the newest decision of each target counts"
    )
    func flagged() async throws {
        let world = try await SearchWorld()
        var (bad, cleared, unknown) = (
            SoughtExchange(id: .new()), SoughtExchange(id: .new()), SoughtExchange(id: .new())
        )
        bad.decisions = [("prompt", "allow"), ("response", "block")]
        cleared.decisions = [("response", "flag"), ("response", "allow")]
        unknown.decisions = [("prompt", "unknown")]
        for exchange in [bad, cleared, unknown] { try await world.store(exchange) }
        var filter = ExchangeFilter()
        filter.isFlagged = true
        #expect(try await world.all(filter).ids == [bad.id])
        filter.isFlagged = false
        #expect(try await Set(world.all(filter).ids) == [cleared.id, unknown.id])
        let service = ExchangeService(pool: world.pool)
        #expect(try await service.marks(of: bad.id, in: world.project).isFlagged)
        #expect(try await !service.marks(of: cleared.id, in: world.project).isFlagged)
        try await StoredJudgements(pool: world.pool, project: world.project, exchange: bad.id)
            .decide("response", "allow", actor: "asha")
        let events = try await service.history(of: bad.id, of: world.project).events.filter { $0.kind == .moderation }
        #expect(
            events.map(\.what) == [
                "prompt: allow (threshold, harassment)", "response: block (threshold, harassment)",
                "response: allow (harassment)",
            ])
        #expect(events.map(\.by) == ["policy version 3", "policy version 3", "asha"])
        #expect(events.map(\.text) == [nil, nil, "threshold"])
        #expect(try await !service.marks(of: bad.id, in: world.project).isFlagged)
    }

    @Test("what another project says of an exchange is neither a mark of it nor found by")
    func foreignJudgements() async throws {
        let world = try await SearchWorld()
        let other = try await SearchWorld(pool: world.pool, project: "other")
        let mine = SoughtExchange(id: .new())
        try await world.store(mine)
        let theirs = StoredJudgements(pool: world.pool, project: other.project, exchange: mine.id)
        try await theirs.add(kind: "thumb", rater: nil, thumb: -1)
        try await theirs.add(kind: "score", rater: nil, score: 1)
        try await theirs.add(kind: "flag", rater: nil, raised: true)
        try await theirs.decide("response", "block")
        try await theirs.review()
        let service = ExchangeService(pool: world.pool)
        #expect(try await service.marks(of: mine.id, in: world.project) == ExchangeMarks())
        for query in ["rating=down", "score=1", "reported=true", "flagged=true", "reviewed=true"] {
            let filter = try ExchangeFilter(QueryItems(query))
            #expect(try await world.all(filter).ids.isEmpty, "\(query)")
            #expect(try await other.all(filter).ids.isEmpty, "\(query)")
        }
        #expect(try await world.all(try ExchangeFilter(QueryItems("rating=none"))).ids == [mine.id])
    }

    @Test("cursors of other projects, of no exchange and beyond all ids show nothing that is not the project's")
    func foreignCursors() async throws {
        let world = try await SearchWorld()
        let other = try await SearchWorld(pool: world.pool, project: "other")
        let (mine, theirs) = (SoughtExchange(id: .new()), SoughtExchange(id: .new()))
        try await world.store(mine)
        try await other.store(theirs)
        let cursors = [theirs.id, ID(UUID()), ID("ffffffff-ffff-ffff-ffff-ffffffffffff")!]
        for cursor in cursors {
            let page = try await world.search.page(of: world.project, ExchangeFilter(), before: cursor, limit: 10)
            #expect(page.exchanges.allSatisfy { $0.id == mine.id })
        }
        let none = try await world.search.page(
            of: world.project, ExchangeFilter(), before: ID("00000000-0000-0000-0000-000000000000")!, limit: 10)
        #expect(none.exchanges.isEmpty)
        #expect(none.next == nil)
        var filter = ExchangeFilter()
        filter.isReviewed = true
        try await StoredJudgements(pool: world.pool, project: world.project, exchange: theirs.id).review()
        #expect(try await world.all(filter).ids.isEmpty, "a review of another project's exchange shows it to nobody")
    }

    @Test("`after` shows only what has come since")
    func after() async throws {
        let world = try await SearchWorld()
        let ids = (0..<5).map { place in
            ID<Exchange>(UUIDv7(now: { Date().addingTimeInterval(Double(place)) }).make(shard: .random()))
        }
        for id in ids { try await world.store(SoughtExchange(id: id)) }
        let page = try await world.search.page(of: world.project, ExchangeFilter(), after: ids[2], limit: 10)
        #expect(page.exchanges.map(\.id) == [ids[4], ids[3]])
    }

    @Test("an empty database answers every filter at once")
    func empty() async throws {
        let world = try await SearchWorld()
        var random = SeededRandom(seed: 9)
        for _ in 0..<60 {
            let page = try await world.search.page(
                of: world.project, try Self.anyFilter(&random, around: Date()), limit: 50)
            #expect(page.exchanges.isEmpty)
            #expect(page.next == nil)
            #expect(!page.isCutShort)
        }
    }

    @Test("what is found in a text is shown with what stands around it")
    func matches() async throws {
        let world = try await SearchWorld()
        var exchange = SoughtExchange(id: .new())
        exchange.answer =
            String(repeating: "ठंडा पानी। ", count: 40) + "Then <b>Boil</b> it." + String(repeating: " more", count: 60)
        try await world.store(exchange)
        var filter = ExchangeFilter()
        filter.text = "<B>BOIL"
        let page = try await world.search.page(of: world.project, filter, limit: 10)
        let match = try #require(page.matches[exchange.id])
        #expect(match.side == .answer)
        #expect(match.match == "<b>Boil")
        #expect(match.before.hasPrefix("…") && match.before.hasSuffix("Then "))
        #expect(!match.before.contains("\u{FFFD}"))
        #expect(match.after.hasPrefix("</b> it.") && match.after.hasSuffix("…"))
    }

    @Test("one that a thousand people rate is as quick to find, and its newest voices count")
    func manyVoices() async throws {
        let world = try await SearchWorld()
        let exchange = SoughtExchange(id: .new())
        try await world.store(exchange)
        try await world.pool.query(
            """
            INSERT INTO gleaner.feedback (shard, id, project_id, exchange_id, kind, thumb, rater, source, created_at)
            SELECT \(exchange.id.shard.value),
                   (lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint + g), 12, '0') || '7000' || lpad(to_hex(g), 16, '8'))::uuid,
                   \(world.project.uuid), \(exchange.id.uuid), 'thumb', CASE WHEN g < 1000 THEN -1 ELSE 1 END, 'r' || g, 'api', now()
            FROM generate_series(1, 1500) g
            """)
        var filter = ExchangeFilter()
        filter.rating = .up
        #expect(try await world.all(filter).ids == [exchange.id])
        filter.rating = .down
        #expect(try await world.all(filter).ids.isEmpty)
        let marks = try await ExchangeMarks.of([exchange.id], in: world.project, pool: world.pool)[exchange.id]
        #expect(marks?.ups == ExchangeJudgements.mostVoices)
    }
}
