import AsyncPostgres
import Foundation
import GleanerCore
import GleanerDemo
import GleanerEvaluation
import GleanerGateway
public import Logging
import SQLMigrations

/// `gleaner up`: the service, with a private PostgreSQL and the demo provider where nothing else is configured.
public struct AllInOne: Sendable {
    public struct Started: Sendable {
        /// For OpenAI clients, with `/v1`.
        public let baseURL: String
        public let adminURL: String
        public let consoleURL: String
        /// The first admin's link; `nil` once somebody can sign in.
        public let firstLink: String?
        /// Made at the first start only.
        public let firstKey: String?
        public let providerNote: String
        public let databaseNote: String
        /// For psql; a configured URL is not repeated, since it may hold a password.
        public let conninfo: String
        /// One that the provider has, for a first try.
        public let model: String
    }

    private let configuration: ServerConfiguration
    private let logger: Logger

    public init(configuration: ServerConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    /// Runs until told to stop; then what was started here is stopped too, the database last.
    public func run(started: @escaping @Sendable (Started) async -> Void) async throws {
        guard let url = configuration.databaseURL else {
            let postgres = try await PrivatePostgres.start(in: configuration.dataDirectory, logger: logger)
            do {
                try await run(on: postgres.conninfo, note: "private PostgreSQL in \(postgres.directory)", started)
            } catch {
                await postgres.stop()
                throw error
            }
            await postgres.stop()
            return
        }
        try await run(on: url, note: "DATABASE_URL", started)
    }

    private func run(
        on database: String, note: String, _ started: @escaping @Sendable (Started) async -> Void
    ) async throws {
        if let providers = configuration.providers {
            try await serve(
                database, note, providers, providers.default.baseURL, "gpt-4o-mini", configuration, started)
            return
        }
        var quiet = logger
        // What a demo provider could say of itself nobody needs to read.
        quiet.logLevel = .critical
        let demo = ScriptedProvider(
            scripts: [DemoScript(), GuardScript()],
            // What it has learned, and the jobs it was given, outlive a restart.
            tuning: DemoTuning(directory: configuration.dataDirectory.appendingPathComponent("demo-provider")),
            configuration: .init(host: "127.0.0.1", port: 0, chunkDelay: .milliseconds(8), requestsKept: 0),
            logger: quiet)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await demo.run() }
            let base = try await demo.baseURL
            try await serve(
                database, note,
                Providers(Provider(name: Provider.demoName, baseURL: base, key: ProviderKey("demo"))),
                "built-in demo: scripted answers, no model (set GLEANER_PROVIDER_URL for a real one)",
                "demo-hinglish-1",
                configuration.atDemoPace, started)
            group.cancelAll()
        }
    }

    private func serve(
        _ database: String, _ databaseNote: String, _ providers: Providers, _ providerNote: String, _ model: String,
        _ configuration: ServerConfiguration, _ started: @escaping @Sendable (Started) async -> Void
    ) async throws {
        let firstKey = try await prepare(database, isDemo: configuration.providers == nil)
        try await GleanerService(
            configuration: configuration, databaseURL: database, providers: providers, logger: logger
        ).run { ports in
            await started(
                Started(
                    baseURL: "http://\(configuration.listen.with(port: ports.port))/v1",
                    adminURL: "http://\(configuration.adminListen.with(port: ports.adminPort))",
                    consoleURL: "http://\(configuration.listen.with(port: ports.port))/",
                    firstLink: ports.firstInvitation.map {
                        "http://\(configuration.listen.with(port: ports.port))/welcome?token=\($0)"
                    }, firstKey: firstKey,
                    providerNote: providerNote, databaseNote: databaseNote,
                    conninfo: configuration.databaseURL == nil ? database : "$DATABASE_URL", model: model))
        }
    }

    /// Brings the schema up to date and makes the first key. A database that is away is left to the service, which waits.
    /// - Parameter isDemo: whoever looks around sees what evaluators do; in production somebody switches them on.
    private func prepare(_ database: String, isDemo: Bool) async throws -> String? {
        do {
            return try await PostgresPool.withPool(PostgresConfiguration(conninfo: database), logger: logger) { pool in
                try await Migrator.gleaner(pool: pool, logger: logger).apply()
                let keys = PostgresKeyStore(pool: pool)
                let isNew = try await !keys.hasKeys()
                guard isNew || isDemo else { return nil }
                let project = try await keys.project(named: "default")
                if isDemo { try await EvaluatorService(pool: pool).begin(in: project) }
                guard isNew else { return nil }
                return try await keys.create(project: project, name: "first", scopes: Set(Scope.allCases))
            }
        } catch let error as PostgresError where error.isTransient {
            logger.warning(
                "postgres does not answer; exchanges will wait in the journal", metadata: ["error": "\(error)"])
            return nil
        }
    }
}

extension ListenAddress {
    /// The same host with the port that was really bound; `0` asks for any.
    public func with(port: Int) -> ListenAddress { ListenAddress(host: host, port: port) }
}

extension ServerConfiguration {
    /// The demo's fine-tunes end in seconds and its traffic in minutes: whoever has not said otherwise need not wait.
    var atDemoPace: ServerConfiguration {
        var configuration = self
        if !chosenPaces.contains(.tuningPoll) { configuration.tuningPoll = .seconds(1) }
        if !chosenPaces.contains(.canaryInterval) { configuration.canaryInterval = .seconds(2) }
        if !chosenPaces.contains(.loopInterval) { configuration.loopInterval = .seconds(5) }
        return configuration
    }
}
