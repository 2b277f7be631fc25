import GleanerHTTP
import Hummingbird
public import Logging
import NIOCore
public import ServiceLifecycle
import Synchronization

/// A model provider on a real socket that speaks OpenAI's and Anthropic's wire and answers what its scripts say.
///
/// It serves `POST` on the paths of `WireDialect`, `POST /v1/messages/count_tokens`, `GET /v1/models` and
/// `GET /v1/models/{id}`; anything else under `/v1` is echoed. Stopping it, gracefully or by cancellation, cuts what is
/// still open: a scripted silence would otherwise never end.
public final class ScriptedProvider: Service {
    public struct Configuration: Sendable {
        public var host: String
        /// 0 lets the system choose; `ScriptedProvider.port` then says which.
        public var port: Int
        /// The pause before each event of a streamed answer, to look like a model at work.
        public var chunkDelay: Duration
        /// How many of the latest requests are kept for `requests`.
        public var requestsKept: Int

        public init(
            host: String = "127.0.0.1", port: Int = 0, chunkDelay: Duration = .zero, requestsKept: Int = 10_000
        ) {
            self.host = host
            self.port = port
            self.chunkDelay = chunkDelay
            self.requestsKept = requestsKept
        }
    }

    public let configuration: Configuration
    private let scripts: [any ProviderScript]
    private let tuning: DemoTuning?
    private let logger: Logger
    private let recorder: RequestRecorder
    private let bound = OneShot<Int>()

    /// - Parameters:
    ///   - scripts: asked in order; the first that knows the model answers.
    ///   - tuning: takes files and fine-tuning jobs, and answers as the models that come of them; without it those paths
    ///     are echoed.
    public init(
        scripts: [any ProviderScript], tuning: DemoTuning? = nil, configuration: Configuration = Configuration(),
        logger: Logger = Logger(label: "gleaner.demo.provider")
    ) {
        self.scripts = scripts + (tuning.map { [$0] } ?? [])
        self.tuning = tuning
        self.configuration = configuration
        self.recorder = RequestRecorder(limit: configuration.requestsKept)
        self.logger = logger
    }

    /// The port it listens on; waits until it does.
    /// - Throws: what `run()` failed with, for example an address in use.
    public var port: Int { get async throws { try await bound.value } }

    /// `http://host:port/v1`, what a client sets as its base URL; waits until the provider listens.
    public var baseURL: String {
        get async throws { "http://\(configuration.host):\(try await port)/v1" }
    }

    /// The latest requests in order of arrival, refused ones included.
    public var requests: [ProviderRequest] { recorder.requests }

    /// How many requests have come since the start.
    public var requestCount: Int { recorder.count }

    public func run() async throws {
        let routes = ProviderRoutes(
            scripts: scripts, recorder: recorder, chunkDelay: configuration.chunkDelay, tuning: tuning)
        let application = Application(
            responder: routes, server: .stoppable,
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port), serverName: "gleaner-demo"),
            onServerRunning: { [bound] channel in bound.settle(.success(channel.localAddress?.port ?? 0)) },
            logger: logger)
        do {
            // A graceful shutdown waits for open requests, and a silent one never ends; so it is a cancellation here.
            try await cancelWhenGracefulShutdown { try await application.run() }
        } catch is CancellationError {
            bound.settle(.failure(CancellationError()))
        } catch {
            bound.settle(.failure(error))
            throw error
        }
    }

    /// Runs a provider on a free port for as long as `body` takes.
    public static func withProvider<Value: Sendable>(
        scripts: [any ProviderScript], tuning: DemoTuning? = nil, configuration: Configuration = Configuration(),
        _ body: @Sendable (ScriptedProvider) async throws -> Value
    ) async throws -> Value {
        var logger = Logger(label: "gleaner.demo.provider")
        logger.logLevel = .error
        let provider = ScriptedProvider(
            scripts: scripts, tuning: tuning, configuration: configuration, logger: logger)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await provider.run() }
            _ = try await provider.port
            let value = try await body(provider)
            group.cancelAll()
            try await group.waitForAll()
            return value
        }
    }
}

/// Counts the requests and keeps the latest of them.
final class RequestRecorder: Sendable {
    private let limit: Int
    private let state = Mutex<(count: Int, kept: [ProviderRequest])>((0, []))

    init(limit: Int) { self.limit = limit }

    var requests: [ProviderRequest] { state.withLock(\.kept) }
    var count: Int { state.withLock(\.count) }

    /// - Parameter make: given the request's number.
    func record(_ make: (Int) -> ProviderRequest) -> ProviderRequest {
        state.withLock { state in
            state.count += 1
            let request = make(state.count)
            if limit > 0 {
                if state.kept.count == limit { state.kept.removeFirst() }
                state.kept.append(request)
            }
            return request
        }
    }
}
