import AsyncEpoll
public import Logging
public import ServiceLifecycle

/// Listens on channels over a connection of its own, and connects again whenever that is lost.
///
/// An idle connection says nothing when its server has died, so it is asked every 15 s and thrown away when no answer
/// comes within `connectTimeout`.
public final class PostgresListener: Service, Sendable {
    private static let buffered = 1024

    /// One stream, for one consumer. Ends when `run()` ends.
    public let notifications: AsyncStream<PostgresNotification>

    private let heard: AsyncStream<PostgresNotification>.Continuation
    private let configuration: PostgresConfiguration
    private let channels: [String]
    private let probeInterval: Duration
    private let logger: Logger

    public convenience init(configuration: PostgresConfiguration, channels: [String], logger: Logger) {
        self.init(configuration: configuration, channels: channels, probeInterval: .seconds(15), logger: logger)
    }

    init(configuration: PostgresConfiguration, channels: [String], probeInterval: Duration, logger: Logger) {
        self.probeInterval = probeInterval
        self.configuration = configuration
        self.channels = channels
        self.logger = logger
        (notifications, heard) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(Self.buffered))
    }

    /// Until graceful shutdown or cancellation.
    public func run() async throws {
        let keywords = try ConnectionKeywords(configuration)
        let thread = PostgresThread.start(name: "postgres-listen")
        defer {
            thread.stop()
            heard.finish()
        }
        await cancelWhenGracefulShutdown {
            var failures = 0
            var number = 0
            while !Task.isCancelled {
                number += 1
                do throws(PostgresError) {
                    try await self.listen(
                        on: thread, keywords, ConnectionID(number: number), onConnected: { failures = 0 })
                } catch {
                    if Task.isCancelled { break }
                    failures += 1
                    self.logger.warning("Lost the connection to listen on", metadata: ["error": "\(error)"])
                }
                try? await Task.sleep(for: Backoff.pause(afterFailures: failures))
            }
        }
    }

    /// Throws when the connection is lost or the task is cancelled; does not return otherwise.
    private func listen(
        on thread: PostgresThread.Runner, _ keywords: ConnectionKeywords, _ id: ConnectionID, onConnected: () -> Void
    ) async throws(PostgresError) {
        let ended = Ending()
        defer { thread.submit { $0.close(id) } }
        let condition = try await connect(on: thread, keywords, id, ended)
        let connection = PostgresConnection(
            id: id, condition: condition, thread: thread, statementTimeout: configuration.connectTimeout)
        for channel in channels { try await connection.query("LISTEN \(identifier: channel)") }
        onConnected()
        tell(.reconnected)
        throw await withTaskGroup(of: PostgresError.self) { group in
            group.addTask {
                await ended.wait()
                return Task.isCancelled ? .cancelled : .connectionLost(sqlState: nil)
            }
            group.addTask { await self.probe(connection) }
            defer { group.cancelAll() }
            return await group.next() ?? .cancelled
        }
    }

    /// Returns why the connection is of no use any more.
    private func probe(_ connection: PostgresConnection) async -> PostgresError {
        do throws(PostgresError) {
            while true {
                try? await Task.sleep(for: probeInterval)
                if Task.isCancelled { return .cancelled }
                try await connection.query("SELECT 1")
            }
        } catch {
            return error
        }
    }

    private func connect(
        on thread: PostgresThread.Runner, _ keywords: ConnectionKeywords, _ id: ConnectionID, _ ended: Ending
    ) async throws(PostgresError) -> SessionCondition {
        let connectTimeout = configuration.connectTimeout
        let result: Result<SessionCondition, PostgresError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isRunning = thread.submit { thread in
                    thread.open(
                        id, keywords, connectTimeout: connectTimeout,
                        onOpen: { continuation.resume(returning: $0) },
                        onClose: { _ in ended.announce() },
                        onNotification: { [weak self] in self?.tell(.notified(channel: $0, payload: $1)) })
                }
                if !isRunning { continuation.resume(returning: .failure(.poolClosed)) }
                // The handler may have run before there was anything to close.
                if Task.isCancelled { thread.submit { $0.close(id) } }
            }
        } onCancel: {
            thread.submit { $0.close(id) }
        }
        return try result.get()
    }

    private func tell(_ notification: PostgresNotification) {
        if case .dropped = heard.yield(notification) { heard.yield(.reconnected) }
    }
}

/// Says once, from the connection's thread, that a connection is no more.
private final class Ending: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

    func announce() { continuation.yield() }

    /// Returns when the end is announced or the task is cancelled. Once only: a stream that was cancelled has ended.
    func wait() async {
        for await _ in stream { return }
    }
}
