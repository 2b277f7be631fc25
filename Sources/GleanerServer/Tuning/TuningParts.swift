public import AsyncCurl
public import AsyncPostgres
import Foundation
import GleanerCore
public import GleanerGateway
import GleanerJobs
public import GleanerTuning
public import Logging

/// Fine-tuning as this server runs it.
public struct TuningParts: Sendable {
    public let service: TuningService
    public let keeper: TuningFileKeeper
    public let routes: TuningRoutes
    public let radar: RetirementRadar
    /// For erasures.
    public var trainerFiles: TrainerFiles { TrainerFiles(service: service, keeper: keeper) }
    /// For the job worker.
    let handler: TuneHandler

    public init(
        pool: PostgresPool, client: CurlClient, providers: Providers, configuration: ServerConfiguration, logger: Logger
    ) {
        let tuning = configuration.tuning
        let providers = ConfiguredTuningProviders(providers: providers)
        let drivers = TuningDrivers(client: client, providers: providers, configuration: tuning)
        let files = DatasetTrainingFiles(pool: pool)
        service = TuningService(pool: pool, files: files, providers: providers, hasCommand: tuning.command != nil)
        keeper = TuningFileKeeper(pool: pool, drivers: drivers)
        routes = TuningRoutes(service: service, keeper: keeper)
        radar = RetirementRadar(pool: pool, drivers: drivers, logger: logger)
        handler = TuneHandler(pool: pool, files: files, drivers: drivers, configuration: tuning)
    }
}

/// Trainers are the providers that calls go to, or others that are configured beside them.
public struct ConfiguredTuningProviders: TuningProviders {
    private let providers: Providers

    public init(providers: Providers) { self.providers = providers }

    public var names: [String] { providers.all.map(\.name) }

    public func name(of provider: String) -> String? { providers[provider]?.name }

    public func endpoint(_ path: String, of provider: String) -> TuningEndpoint? {
        guard let address = providers[provider]?.address(of: path) else { return nil }
        return TuningEndpoint(url: address.url, headers: address.headers)
    }
}

extension ServerConfiguration {
    /// What fine-tuning needs.
    public var tuning: TuningConfiguration {
        var tuning = TuningConfiguration(
            directory: dataDirectory.appendingPathComponent("tuning"), poll: tuningPoll, settle: tuningSettle)
        tuning.command = tuningCommand
        return tuning
    }

    /// The providers that `gleaner up` would use: those configured, or the demo's.
    public var providersByName: Providers {
        providers
            ?? Providers(Provider(name: Provider.demoName, baseURL: "http://127.0.0.1:9/v1", key: nil))
    }
}

extension Provider {
    /// Of the built-in demo.
    static let demoName = "gleaner-demo"
}
