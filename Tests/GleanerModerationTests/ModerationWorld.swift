import AsyncCurl
import AsyncPostgres
import Foundation
import GleanerCore
import GleanerDemo
import GleanerJobs
import GleanerTestSupport
import Logging
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import GleanerModeration

/// A provider of moderation and guard models whose mood a test sets.
final class MoodyScript: ProviderScript {
    enum Mood {
        case good, status(Int), silent, cut, nonsense, short
        /// Whatever holds this word, alone or among others.
        case refusing(String)
    }

    private let state = Mutex(Mood.good)
    private let good: [any ProviderScript] = [DemoScript(), GuardScript()]
    var models: [ProviderModel] { good.flatMap(\.models) }

    private func answered(_ request: ChatRequest) -> ProviderAnswer? {
        good.lazy.compactMap { $0.answer(request) }.first
    }

    var mood: Mood {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }

    func answer(_ request: ChatRequest) -> ProviderAnswer? {
        switch mood {
        case .good: return answered(request)
        case .refusing(let word) where request.messages.contains { $0.content.contains(word) }:
            return .whole(status: 400, Array(#"{"error":{"message":"no"}}"#.utf8))
        case .refusing: return answered(request)
        case .status(let status): return .whole(status: status, Array(#"{"error":{"message":"no"}}"#.utf8))
        case .silent: return ProviderAnswer([.silence])
        case .cut: return ProviderAnswer([.cut])
        case .nonsense: return .whole(contentType: "text/html", Array("<html>".utf8))
        case .short: return .whole(Array(#"{"id":"m","model":"m","results":[],"choices":[]}"#.utf8))
        }
    }
}

/// Moderation on a database of its own, with a real provider on a real socket.
struct ModerationWorld {
    let exchanges: StoredExchanges
    let script: MoodyScript
    let provider: ScriptedProvider
    let classifiers: Classifiers
    let service: ModerationService
    let flagged: Flagged
    let metrics = ModerationMetrics()

    final class Flagged: Sendable {
        private let seen = Mutex<[ID<Exchange>]>([])
        var all: [ID<Exchange>] { seen.withLock { $0 } }
        func add(_ exchanges: [ID<Exchange>]) { seen.withLock { $0 += exchanges } }
    }

    private struct OneProvider: ModerationProviders {
        let url: String
        func endpoint(_ path: String, of provider: String) -> ModerationEndpoint? {
            guard provider == "default" || provider == "guard" else { return nil }
            return ModerationEndpoint(url: "\(url)/\(path)", headers: [("Authorization", "Bearer demo")])
        }
    }

    var pool: PostgresPool { exchanges.pool }
    var project: ID<Project> { exchanges.project }
    var queue: JobQueue { JobQueue(pool: pool) }

    static func with(_ body: @escaping @Sendable (ModerationWorld) async throws -> Void) async throws {
        let pool = TestDatabase.current.pool
        let script = MoodyScript()
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let client = CurlClient(configuration: CurlConfiguration(), on: loops.any())
        defer {
            client.shutdown()
            loops.shutdownGracefully { _ in }
        }
        try await ScriptedProvider.withProvider(scripts: [script]) { provider in
            let classifiers = Classifiers(client: client, providers: OneProvider(url: try await provider.baseURL))
            let flagged = Flagged()
            let told: ExchangesFlagged = { exchanges, _ in flagged.add(exchanges) }
            try await body(
                ModerationWorld(
                    exchanges: try await StoredExchanges(pool: pool), script: script, provider: provider,
                    classifiers: classifiers,
                    service: ModerationService(pool: pool, classifiers: classifiers, flagged: told),
                    flagged: flagged))
        }
    }

    @discardableResult
    func put(_ policy: String) async throws -> PolicyVersion {
        try await service.put(ModerationPolicy(parsing: policy.utf8), of: project, author: "test", note: "")
    }

    /// Runs what is due once, and says how each run ended.
    @discardableResult
    func work() async throws -> [Result<Void, any Error>] {
        let flagged = flagged
        let told: ExchangesFlagged = { exchanges, _ in flagged.add(exchanges) }
        let handlers: [any JobHandler] = [
            ModerateHandler(pool: pool, classifiers: classifiers, metrics: metrics, flagged: told),
            RedecideHandler(pool: pool, metrics: metrics, flagged: told),
        ]
        return try await queue.runDue(handlers)
    }

    func actions(_ exchange: ID<Exchange>) async throws -> [ModerationTarget: ModerationAction] {
        let current = try await service.history(of: exchange, in: project).current
        return Dictionary(current.map { ($0.subject.target, $0.verdict.action) }) { first, _ in first }
    }
}
