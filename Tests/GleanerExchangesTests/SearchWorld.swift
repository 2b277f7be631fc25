import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport

@testable import GleanerExchanges

/// An exchange as a test wants it stored; `matches` is what a filter means, said once more without SQL.
struct SoughtExchange: Sendable {
    var id: ID<Exchange>
    var status = ExchangeStatus.completed
    var httpStatus: Int16? = 200
    var source = ExchangeSource.gateway
    var route: String?
    var variant: String?
    var model: String? = "small-1"
    var provider: String? = "openai"
    var language: String?
    var tags: [String] = []
    var endUser: String?
    var conversation: String?
    var durationMS: Double? = 100
    var costUSD: Double? = 0.001
    var firstTokenMS: Double?
    var promptTokens: Int32?
    var finishReason: String? = "stop"
    var prompt = "Chai kaise banate hain?"
    var answer = "Paani ubaalo, patti daalo."
    /// Newest last; `rater` nil is somebody new each time.
    var thumbs: [(rater: String?, up: Bool)] = []
    var scores: [(rater: String?, score: Int16)] = []
    var flags: [(rater: String?, raised: Bool)] = []
    var reviews = 0
    /// Of the evaluator `judge`, measure `score`, oldest first.
    var figures: [Double] = []
    var isRegenerated = false
    /// Of prompt or response, newest last.
    var decisions: [(target: String, action: String)] = []

    private static func current<Value>(_ voices: [(rater: String?, value: Value)]) -> [Value] {
        var newest: [String: Value] = [:]
        var unnamed: [Value] = []
        for voice in voices {
            if let rater = voice.rater { newest[rater] = voice.value } else { unnamed.append(voice.value) }
        }
        return Array(newest.values) + unnamed
    }

    var currentThumbs: [Bool] { Self.current(thumbs.map { ($0.rater, $0.up) }) }
    var currentScores: [Int16] { Self.current(scores.map { ($0.rater, $0.score) }) }
    var isFlagged: Bool {
        Self.current(decisions.map { ($0.target, $0.action) }).contains { ["flag", "redact", "block"].contains($0) }
    }
    func isDecided(_ action: String) -> Bool {
        Self.current(decisions.map { ($0.target, $0.action) }).contains(action)
    }
    var isFailed: Bool { status == .upstreamFailed || httpStatus.map { $0 == 429 || $0 >= 500 } == true }
    var isReported: Bool { Self.current(flags.map { ($0.rater, $0.raised) }).contains(true) }

    func matches(_ filter: ExchangeFilter) -> Bool {
        func equals<Value: Equatable>(_ wanted: Value?, _ value: Value?) -> Bool { wanted == nil || wanted == value }
        let time = id.timestamp
        guard filter.since.map({ time >= $0 }) ?? true, filter.until.map({ time < $0 }) ?? true else { return false }
        func slice(_ wanted: String?, _ value: String?) -> Bool {
            wanted == nil || value == (wanted == "(none)" ? nil : wanted)
        }
        guard equals(filter.status, status), filter.sources.isEmpty || filter.sources.contains(source),
            slice(filter.route, route), slice(filter.variant, variant), slice(filter.model, model),
            slice(filter.servedModel, model), slice(filter.provider, provider), slice(filter.language, language),
            equals(filter.finishReason, finishReason), equals(filter.endUser, endUser),
            equals(filter.isFailed, isFailed),
            equals(filter.conversation, conversation), equals(filter.isReported, isReported),
            equals(filter.isReviewed, reviews > 0), equals(filter.isFlagged, isFlagged)
        else { return false }
        if let tag = filter.tag, !tags.contains(tag) { return false }
        if let least = filter.minimumDuration, (durationMS ?? -1) < least / .milliseconds(1) { return false }
        if let least = filter.minimumCost, (costUSD ?? -1) < least { return false }
        if let least = filter.minimumFirstToken, (firstTokenMS ?? -1) < least / .milliseconds(1) { return false }
        if let least = filter.minimumPromptTokens, Int64(promptTokens ?? -1) < least { return false }
        if filter.feedback == "regenerated", !isRegenerated { return false }
        if let figure = filter.figure {
            guard let value = figures.last, value >= figure.least ?? value, value <= figure.most ?? value else {
                return false
            }
        }
        switch filter.moderation {
        case .flagged where !isFlagged: return false
        case .blocked where !isDecided("block"): return false
        case .unjudged where !isDecided("unknown"): return false
        default: break
        }
        if let score = filter.score, !currentScores.contains(score.value) { return false }
        switch filter.httpStatus {
        case .exactly(let code) where httpStatus != code: return false
        case .hundred(let digit) where (httpStatus ?? 0) / 100 != digit: return false
        case .errors where (httpStatus ?? 0) < 400: return false
        default: break
        }
        switch filter.rating {
        case .up where !currentThumbs.contains(true): return false
        case .down where !currentThumbs.contains(false): return false
        case .scored where scores.isEmpty: return false
        case .rated where thumbs.isEmpty && scores.isEmpty: return false
        case .some(.none) where !thumbs.isEmpty || !scores.isEmpty: return false
        default: break
        }
        if let text = filter.text?.lowercased() {
            return prompt.lowercased().contains(text) || answer.lowercased().contains(text)
        }
        return true
    }
}

/// A project with exchanges to be found.
struct SearchWorld: Sendable {
    let pool: PostgresPool
    let project: ID<Project>
    let search: ExchangeSearch

    init(pool: PostgresPool = TestDatabase.current.pool, project name: String = "default") async throws {
        self.pool = pool
        search = ExchangeSearch(pool: pool)
        project = try await StoredExchanges(pool: pool, project: name).project
    }

    func store(_ exchange: SoughtExchange) async throws {
        let id = exchange.id
        try await pool.query(
            """
            INSERT INTO gleaner.exchanges (
                shard, id, project_id, received_at, endpoint, status, http_status, streamed, conversation, end_user, tags,
                served_model, complete, request_sha256, request_bytes, response_bytes, source, route, variant, provider,
                language, duration_ms, cost_usd, ttft_ms, prompt_tokens, finish_reason)
            VALUES (\(id.shard.value), \(id.uuid), \(project.uuid), \(id.timestamp), '/v1/chat/completions',
                    \(exchange.status.rawValue), \(exchange.httpStatus), false, \(exchange.conversation),
                    \(exchange.endUser), \(PostgresArray(exchange.tags)), \(exchange.model), true, ''::bytea, 100, 100,
                    \(exchange.source.rawValue), \(exchange.route), \(exchange.variant), \(exchange.provider),
                    \(exchange.language), \(exchange.durationMS), \(exchange.costUSD), \(exchange.firstTokenMS),
                    \(exchange.promptTokens), \(exchange.finishReason))
            """)
        let messages: JSONValue = [["role": "user", "content": .string(exchange.prompt)]]
        let answer: JSONValue = ["choices": [["message": ["role": "assistant", "content": .string(exchange.answer)]]]]
        try await pool.query(
            """
            INSERT INTO gleaner.exchange_bodies (shard, id, project_id, request, response, messages, answer)
            VALUES (\(id.shard.value), \(id.uuid), \(project.uuid), ''::bytea, ''::bytea,
                    \(JSONB(bytes: try messages.canonicalBytes())), \(JSONB(bytes: try answer.canonicalBytes())))
            """)
        let stored = StoredJudgements(pool: pool, project: project, exchange: id)
        for thumb in exchange.thumbs {
            try await stored.add(kind: "thumb", rater: thumb.rater, thumb: thumb.up ? 1 : -1)
        }
        for score in exchange.scores { try await stored.add(kind: "score", rater: score.rater, score: score.score) }
        for flag in exchange.flags { try await stored.add(kind: "flag", rater: flag.rater, raised: flag.raised) }
        if exchange.isRegenerated { try await stored.add(kind: "regenerated", rater: nil) }
        for (version, value) in exchange.figures.enumerated() {
            try await pool.query(
                """
                INSERT INTO gleaner.evaluator_results
                    (shard, exchange_id, evaluator, evaluator_version, measure, project_id, value, probability, policy_version,
                     created_at)
                VALUES (\(id.shard.value), \(id.uuid), 'judge', \("\(version)"), 'score', \(project.uuid), \(value), 1, 1,
                        clock_timestamp())
                """)
        }
        for _ in 0..<exchange.reviews { try await stored.review() }
        for decision in exchange.decisions { try await stored.decide(decision.target, decision.action) }
    }

    /// All pages of a search, one after the other, and how many requests they took.
    func all(
        _ filter: ExchangeFilter, limit: Int = 50, budget: Duration = ExchangeSearch.budget
    ) async throws -> (ids: [ID<Exchange>], pages: Int) {
        var ids: [ID<Exchange>] = []
        var pages = 0
        var next: ID<Exchange>?
        repeat {
            let page = try await search.page(of: project, filter, before: next, limit: limit, budget: budget)
            ids += page.exchanges.map(\.id)
            pages += 1
            next = page.next
        } while next != nil
        return (ids, pages)
    }
}

/// Judgements of one exchange, in the order they are added.
struct StoredJudgements: Sendable {
    let pool: PostgresPool
    let project: ID<Project>
    let exchange: ID<Exchange>

    func add(kind: String, rater: String?, thumb: Int16? = nil, score: Int16? = nil, raised: Bool? = nil) async throws {
        try await pool.query(
            """
            INSERT INTO gleaner.feedback
                (shard, id, project_id, exchange_id, kind, thumb, score, raised, rater, source, created_at)
            VALUES (\(exchange.shard.value), \(ID<Exchange>.new(on: exchange.shard).uuid), \(project.uuid),
                    \(exchange.uuid), \(kind), \(thumb), \(score), \(raised), \(rater), 'api', clock_timestamp())
            """)
    }

    func decide(_ target: String, _ action: String, actor: String? = nil) async throws {
        // Decisions are in the order of their ids, and ids of one millisecond are in none.
        try await Task.sleep(for: .milliseconds(2))
        try await pool.query(
            """
            INSERT INTO gleaner.moderation_decisions
                (shard, id, project_id, exchange_id, target, subject_id, policy_version, action, categories, reason, actor,
                 created_at)
            VALUES (\(exchange.shard.value), \(ID<Exchange>.new(on: exchange.shard).uuid), \(project.uuid),
                    \(exchange.uuid), \(target), \(exchange.uuid), 3, \(action), '{harassment}', 'threshold', \(actor),
                    clock_timestamp())
            """)
    }

    func review() async throws {
        try await pool.query(
            """
            INSERT INTO gleaner.reviews (shard, id, project_id, exchange_id, reviewer, rubric, scores, lowest, created_at)
            VALUES (\(exchange.shard.value), \(ID<Exchange>.new(on: exchange.shard).uuid), \(project.uuid),
                    \(exchange.uuid), 'asha', 'default@1', '{"relevance":4}', 4, clock_timestamp())
            """)
    }
}
