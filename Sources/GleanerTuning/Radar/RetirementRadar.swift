public import AsyncPostgres
import Foundation
import GleanerCore
import GleanerJobs
public import Logging
public import ServiceLifecycle

/// Asks providers once a day which of their models will be shut down.
///
/// Source: OpenAI's models list has an optional `shutdown_date`, `YYYY-MM-DD` or null. Providers that say nothing leave
/// nothing behind.
public struct RetirementRadar: Service {
    private let store: TuningStore
    private let drivers: TuningDrivers
    private let interval: Duration
    private let logger: Logger

    public init(pool: PostgresPool, drivers: TuningDrivers, interval: Duration = .seconds(86_400), logger: Logger) {
        store = TuningStore(pool: pool)
        self.drivers = drivers
        self.interval = interval
        self.logger = logger
    }

    public func run() async throws {
        // A start has better things to do.
        await repeating(every: interval, after: min(interval, .seconds(60))) { await look() }
    }

    /// One look at all providers.
    public func look() async {
        for provider in drivers.providers.names {
            do {
                try await store.saw(shutdowns(at: provider), at: provider)
            } catch {
                // What was known stays; tomorrow is another day.
                if !Task.isCancelled {
                    logger.info(
                        "a provider's models were not read",
                        metadata: ["provider": "\(provider)", "error": "\(type(of: error))"])
                }
            }
        }
    }

    private func shutdowns(at provider: String) async throws -> [String: String] {
        let wire = OpenAIWire(client: drivers.client, providers: drivers.providers, provider: provider)
        let list = try await wire.json("GET", "models", isSafe: true)
        var found: [String: String] = [:]
        for model in list["data"]?.arrayValue ?? [] {
            guard let id = model["id"]?.stringValue, let day = model["shutdown_date"]?.stringValue, Self.isDay(day),
                (1...256).contains(id.count), !id.utf8.contains(0)
            else { continue }
            found[id] = day
        }
        return found
    }

    /// A day that PostgreSQL takes for one, too.
    static func isDay(_ text: String) -> Bool {
        guard text.wholeMatch(of: /[0-9]{4}-[0-9]{2}-[0-9]{2}/) != nil else { return false }
        return (try? Date(text, strategy: .iso8601.year().month().day())).map {
            $0.formatted(.iso8601.year().month().day()) == text
        } ?? false
    }
}
