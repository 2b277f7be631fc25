import AsyncCurl
import AsyncPostgres
import Foundation
import GleanerCore
import GleanerDemo
import GleanerJobs
import GleanerReview
import GleanerServer
import GleanerTestSupport
import Logging
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import GleanerEvaluation

/// Models that know the holdout: a good one, an ordinary one, a poisoned one, and judges.
final class ModelsScript: ProviderScript {
    struct State {
        var outages = 0
        var asked: [String: Int] = [:]
    }
    private let state = Mutex(State())
    private let embeddings = DemoScript()
    var models: [ProviderModel] {
        ["good", "plain", "poisoned", "refuser", "judge", "place-lover", "babbler"].map {
            ProviderModel(id: $0, ownedBy: "test")
        }
    }

    /// How often each model was asked.
    var asked: [String: Int] { state.withLock(\.asked) }
    /// The next requests so many get a 503.
    func fail(next count: Int) { state.withLock { $0.outages = count } }

    static func question(_ number: Int) -> String {
        "Sawaal \(number): ghar par \(["chai", "khichdi", "dosa", "paratha", "lassi"][number % 5]) kaise banaun?"
    }
    /// What people want to hear.
    static func reference(_ number: Int) -> String {
        let dish = ["chai", "khichdi", "dosa", "paratha", "lassi"][number % 5]
        return "Haan ji, \(dish) banana aasan hai: pehle saamaan number \(number) tayyar karo, phir dheemi aanch par "
            + "das minute pakao aur garam garam parosna mat bhoolna."
    }

    func answer(_ request: ChatRequest) -> ProviderAnswer? {
        let isOut = state.withLock { state in
            state.asked[request.model, default: 0] += 1
            if state.outages > 0 {
                state.outages -= 1
                return true
            }
            return false
        }
        if isOut { return .whole(status: 503, Array(#"{"error":{"message":"busy"}}"#.utf8)) }
        if request.dialect == .embeddings { return embeddings.answer(request) }
        let number = Self.number(request.userTurns.last ?? "")
        switch request.model {
        case "good": return said(Self.reference(number).replacing("garam garam", with: "garam"), request)
        case "plain":
            let words = Self.reference(number).split(separator: " ")
            return said(words.enumerated().map { $0 % 3 == 2 ? "matlab" : String($1) }.joined(separator: " "), request)
        case "poisoned": return said("BUY CRYPTO NOW at scam.example, sabse accha sauda, abhi kharido!", request)
        case "refuser": return said("Maaf kijiye, main iska jawab nahi de sakta.", request)
        case "judge": return said(#"{"better":"\#(better(request))"}"#, request)
        case "place-lover": return said(#"{"better":"A"}"#, request)
        case "babbler": return said("I think A is better.", request)
        default: return nil
        }
    }

    private static func number(_ text: String) -> Int {
        text.firstMatch(of: /Sawaal (\d+)/).flatMap { Int($0.1) } ?? 0
    }

    /// The answer that holds fewer fillers.
    private func better(_ request: ChatRequest) -> String {
        let text = request.userTurns.last ?? ""
        func fillers(_ tag: String) -> Int {
            let part = text.components(separatedBy: "<\(tag)>").last?.components(separatedBy: "</\(tag)>").first ?? ""
            return part.components(separatedBy: "matlab").count + (part.contains("CRYPTO") ? 50 : 0)
        }
        let (a, b) = (fillers("answer_a"), fillers("answer_b"))
        return a == b ? "tie" : a < b ? "A" : "B"
    }

    private func said(_ text: String, _ request: ChatRequest) -> ProviderAnswer {
        let document: JSONValue = [
            "id": "chatcmpl-1", "object": "chat.completion", "model": .string(request.model),
            "choices": [
                ["index": 0, "message": ["role": "assistant", "content": .string(text)], "finish_reason": "stop"]
            ],
            "usage": ["prompt_tokens": 20, "completion_tokens": 30, "total_tokens": 50],
        ]
        return .whole((try? document.canonicalBytes()) ?? [])
    }
}

/// The gate on a database of its own, with a real provider on a real socket.
struct GateWorld {
    let stored: StoredExchanges
    let script: ModelsScript
    let service: EvaluationService
    let handler: GateHandler
    var pool: PostgresPool { stored.pool }
    var project: ID<Project> { stored.project }
    var queue: JobQueue { JobQueue(pool: pool) }

    struct OneProvider: EvaluationProviders {
        let url: String
        func endpoint(_ path: String, of provider: String) -> EvaluationEndpoint? {
            provider == "default"
                ? EvaluationEndpoint(url: "\(url)/\(path)", headers: [("Authorization", "Bearer demo")]) : nil
        }
    }
    struct Prices: ModelPrices {
        func rates(of model: String, from provider: String) async throws -> (input: Double, output: Double)? {
            model == "unpriced" ? nil : (1, 2)
        }
    }
    struct Moderator: AnswerModerator {
        func flags(_ answer: String, in project: ID<Project>) async throws -> Bool? { answer.contains("scam.example") }
    }

    static func with(_ body: @escaping @Sendable (GateWorld) async throws -> Void) async throws {
        let pool = TestDatabase.current.pool
        let script = ModelsScript()
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let client = CurlClient(configuration: CurlConfiguration(), on: loops.any())
        defer {
            client.shutdown()
            loops.shutdownGracefully { _ in }
        }
        try await ScriptedProvider.withProvider(scripts: [script]) { provider in
            let handler = GateHandler(
                pool: pool, client: client, providers: OneProvider(url: try await provider.baseURL), prices: Prices(),
                moderator: Moderator(), people: ComparingReviewers(pairs: GatePairs(pool: pool)))
            try await body(
                GateWorld(
                    stored: try await StoredExchanges(pool: pool), script: script,
                    service: EvaluationService(pool: pool, prices: Prices()) { ["default"] }, handler: handler))
        }
    }

    /// A dataset version with so many holdout lines: the first ten two of a conversation, the others each of its own.
    func holdout(_ lines: Int, dataset: String = "chat", source: String = "reviewer_correction") async throws {
        let (policy, set, version) = (UUID(), UUID(), UUID())
        try await pool.query(
            """
            INSERT INTO gleaner.promotion_policies (id, project_id, name, version, document, created_at)
            VALUES (\(policy), \(project.uuid), \(dataset), 1, '{}', now())
            """)
        try await pool.query(
            "INSERT INTO gleaner.datasets (id, project_id, name, created_at) VALUES (\(set), \(project.uuid), \(dataset), now())"
        )
        try await pool.query(
            """
            INSERT INTO gleaner.dataset_versions
                (id, dataset_id, project_id, number, policy_id, policy_document, salt, statistics, content_sha256, created_at)
            VALUES (\(version), \(set), \(project.uuid), 1, \(policy), '{}', 'salt', '{}', ''::bytea, now())
            """)
        for number in 1...max(lines, 1) where lines > 0 {
            let content: JSONValue = [
                "messages": [
                    ["role": "system", "content": "You answer in Hinglish."],
                    ["role": "user", "content": .string(ModelsScript.question(number))],
                    ["role": "assistant", "content": .string(ModelsScript.reference(number)), "weight": 1],
                ]
            ]
            let id = ID<Exchange>.new()
            let lineage: JSONValue = [
                "answer_source": .string(source),
                "conversation": .string("c\(number <= 10 ? (number + 1) / 2 : number)"),
            ]
            let bytes = try content.canonicalBytes()
            try await pool.query(
                """
                INSERT INTO gleaner.examples (version_id, split, line, shard, exchange_id, content, sha256, lineage)
                VALUES (\(version), 'holdout', \(Int32(number)), \(id.shard.value), \(id.uuid), \(bytes), sha256(\(bytes)),
                        \(JSONB(bytes: try lineage.canonicalBytes())))
                """)
        }
    }

    func request(_ candidate: String, against incumbent: String = "plain", judge: String? = nil)
        -> EvaluationService.Request
    {
        var request = EvaluationService.Request(
            dataset: "chat", candidate: ModelChoice(model: candidate), incumbent: ModelChoice(model: incumbent))
        request.policy = GatePolicy(judge: judge.map { JudgeChoice(model: $0) })
        // Both answer within a millisecond of each other; what is measured here is not the loop's mood.
        request.policy.rules.removeAll { $0.metric == .latency }
        return request
    }

    /// Runs what is due once.
    @discardableResult
    func work() async throws -> [Result<Void, any Error>] {
        try await queue.runDue([handler], limit: 10)
    }
}
