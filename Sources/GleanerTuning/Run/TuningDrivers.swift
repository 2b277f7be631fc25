public import AsyncCurl
import GleanerCore

/// The drivers of this process.
public struct TuningDrivers: Sendable {
    let client: CurlClient
    let providers: any TuningProviders
    let configuration: TuningConfiguration

    public init(client: CurlClient, providers: any TuningProviders, configuration: TuningConfiguration) {
        self.client = client
        self.providers = providers
        self.configuration = configuration
    }

    /// - Returns: `nil` for a training program where none is configured.
    func driver(for job: TuningJob) -> (any TuningDriver)? {
        switch job.driver {
        case .openAI:
            OpenAIDriver(
                wire: OpenAIWire(client: client, providers: providers, provider: job.provider),
                uploadAbove: configuration.uploadAbove, partBytes: configuration.partBytes)
        case .command:
            configuration.command.map { CommandDriver(command: $0, configuration: configuration) }
        }
    }
}
