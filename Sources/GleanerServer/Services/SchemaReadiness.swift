public import AsyncPostgres
import GleanerCore
import GleanerIngest
import GleanerSchema
public import Logging
public import SQLMigrations
import ServiceLifecycle
import Synchronization

/// Brings the schema up to date, also when Postgres comes later than Gleaner; what needs the schema waits here.
final class SchemaReadiness: Service {
    private struct State {
        var isReady = false
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
        var next = 0
    }
    private let state = Mutex(State())
    private let pool: PostgresPool
    private let logger: Logger
    private let prepared: @Sendable () async throws -> Void

    /// - Parameter prepared: runs after the migrations, before anybody is let through; repeated when it throws.
    init(pool: PostgresPool, logger: Logger, prepared: @escaping @Sendable () async throws -> Void) {
        self.pool = pool
        self.logger = logger
        self.prepared = prepared
    }

    var isReady: Bool { state.withLock(\.isReady) }

    func run() async throws {
        try await cancelWhenGracefulShutdown { try await self.prepare() }
        // Services end with the group, not before it.
        try? await gracefulShutdown()
    }

    /// Returns when the schema is ready, or when the task is cancelled.
    func ready() async {
        let number = state.withLock { state in
            state.next += 1
            return state.next
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let mustWait = state.withLock { state in
                    guard !state.isReady, !Task.isCancelled else { return false }
                    state.waiting[number] = continuation
                    return true
                }
                if !mustWait { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: number) }?.resume()
        }
    }

    private func prepare() async throws {
        var delay = Duration.milliseconds(200)
        while !Task.isCancelled {
            do {
                try await Migrator.gleaner(pool: pool, logger: logger).apply()
                try await prepared()
                try await warnOfWeakDurability()
                open()
                return
            } catch let error as PostgresError where error.isTransient {
                logger.warning("postgres is not ready yet", metadata: ["error": "\(error)"])
                try? await Task.sleep(for: delay)
                delay = min(delay * 2, .seconds(5))
            }
        }
    }

    private func warnOfWeakDurability() async throws {
        let durability = try await DatabaseDurability.ask(pool)
        guard durability.isWeak else { return }
        logger.warning(
            "postgres may lose committed exchanges in a crash of its machine",
            metadata: ["off": "\(durability.off.joined(separator: ","))"])
    }

    private func open() {
        let waiting = state.withLock { state in
            state.isReady = true
            defer { state.waiting.removeAll() }
            return state.waiting.values
        }
        for continuation in waiting { continuation.resume() }
    }
}

extension Migrator {
    /// The migrations of this binary.
    public static func gleaner(pool: PostgresPool, logger: Logger) -> Migrator {
        Migrator(GleanerSchema.migrations.map { Migration(name: $0.name, sql: $0.sql) }, pool: pool, logger: logger)
    }
}

extension SchemaReadiness {
    func before(_ service: some Service) -> any Service { AfterSchema(schema: self, inner: service) }
}

/// A service that starts its work when the schema is there.
struct AfterSchema<Inner: Service>: Service {
    let schema: SchemaReadiness
    let inner: Inner

    func run() async throws {
        await cancelWhenGracefulShutdown { await self.schema.ready() }
        guard schema.isReady else { return }
        try await inner.run()
    }
}
