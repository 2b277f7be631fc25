import AsyncCurl
import AsyncPostgres
import Foundation
import GleanerCore
import GleanerDemo
import GleanerJobs
import GleanerTestSupport
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import GleanerEvaluation

/// A scoring judge and an embedding model; a test says when they are away.
final class JudgeScript: ProviderScript {
    private struct State {
        var outages = 0
        var asked = 0
    }
    private let state = Mutex(State())
    private let embeddings = DemoScript()
    let models = ["scorer", "babbler"].map { ProviderModel(id: $0, ownedBy: "test") }
    var asked: Int { state.withLock(\.asked) }
    func fail(next count: Int) { state.withLock { $0.outages = count } }

    func answer(_ request: ChatRequest) -> ProviderAnswer? {
        let isOut = state.withLock { state in
            state.asked += 1
            if state.outages > 0 {
                state.outages -= 1
                return true
            }
            return false
        }
        if isOut { return .whole(status: 503, Array(#"{"error":{"message":"busy"}}"#.utf8)) }
        if request.dialect == .embeddings { return embeddings.answer(request) }
        let text = request.userTurns.last ?? ""
        // Leans to what it read last by a point.
        let lean = text.hasSuffix("</answer>") ? 1 : 0
        let score = (text.contains("theek") ? 4 : 2) + lean
        return said(request.model == "babbler" ? "Four, I think." : #"{"score":\#(score)}"#, request)
    }

    private func said(_ text: String, _ request: ChatRequest) -> ProviderAnswer {
        let document: JSONValue = [
            "id": "chatcmpl-1", "object": "chat.completion", "model": .string(request.model),
            "choices": [
                ["index": 0, "message": ["role": "assistant", "content": .string(text)], "finish_reason": "stop"]
            ],
        ]
        return .whole((try? document.canonicalBytes()) ?? [])
    }
}

/// Evaluators on a database of their own, with a real provider on a real socket.
struct EvaluatorWorld {
    let stored: StoredExchanges
    let script: JudgeScript
    let service: EvaluatorService
    let handlers: [any JobHandler]
    let metrics: EvaluatorMetrics
    var pool: PostgresPool { stored.pool }
    var project: ID<Project> { stored.project }
    var queue: JobQueue { JobQueue(pool: pool) }

    static func with(_ body: @escaping @Sendable (EvaluatorWorld) async throws -> Void) async throws {
        let pool = TestDatabase.current.pool
        let script = JudgeScript()
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let client = CurlClient(configuration: CurlConfiguration(), on: loops.any())
        defer {
            client.shutdown()
            loops.shutdownGracefully { _ in }
        }
        try await ScriptedProvider.withProvider(scripts: [script]) { provider in
            let bench = EvaluatorBench(
                client: client, providers: GateWorld.OneProvider(url: try await provider.baseURL),
                outside: OutsideEvaluators(commands: ["cat": ["/bin/cat"]]))
            let metrics = EvaluatorMetrics()
            try await body(
                EvaluatorWorld(
                    stored: try await StoredExchanges(pool: pool), script: script,
                    service: EvaluatorService(pool: pool),
                    handlers: [
                        EvaluateHandler(pool: pool, bench: bench, metrics: metrics),
                        BackfillHandler(pool: pool, bench: bench, metrics: metrics),
                    ], metrics: metrics))
        }
    }

    @discardableResult
    func put(_ evaluators: String) async throws -> EvaluatorPolicyVersion {
        try await service.put(
            try EvaluatorPolicy(parsing: #"{"evaluators":[\#(evaluators)]}"#.utf8), of: project, author: "test",
            note: "")
    }

    /// Lands an exchange and has it evaluated.
    func land(_ exchanges: [ID<Exchange>]) async throws {
        try await service.landed(exchanges.map { ($0, project) })
    }

    /// Runs what is due once, and says how each run ended.
    @discardableResult
    func work() async throws -> [Result<Void, any Error>] {
        try await queue.runDue(handlers)
    }

    func values(_ exchange: ID<Exchange>, _ evaluator: String) async throws -> [String: Double] {
        let results = try await service.results(of: exchange, in: project).filter { $0.evaluator == evaluator }
        return Dictionary(results.compactMap { result in result.value.map { (result.measure, $0) } }) { first, _ in
            first
        }
    }
}
