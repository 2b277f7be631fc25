import ArgumentParser
import Foundation
import GleanerDemo
import GleanerServer
import ServiceLifecycle
import UnixSignals

/// The demo provider, alone.
struct ProviderCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "provider",
        abstract: "Run the scripted demo provider: an OpenAI-compatible server without a model.",
        discussion: """
            Its answers are written in advance, some good and some bad, and the same question always gets the same \
            answer. It takes fine-tuning jobs, too: a tuned model remembers the answers of its training file. For \
            trying Gleaner and for tests.
            """)

    @Flag(help: "Say that the scripted provider is what you want.") var demo = false
    @Flag(help: "Also serve the nasty-… models, which misbehave on purpose.") var nasty = false
    @Option(help: "host:port to listen on.") var listen = "127.0.0.1:8090"
    @Option(help: "Milliseconds between the chunks of a stream.") var chunkDelay = 8
    @Option(help: "Milliseconds that each stage of a fine-tuning job takes.") var tuningStage = 1000
    @Option(help: "Where files, jobs and tuned models outlive it; else they end with it.") var data: String?

    func validate() throws {
        guard demo else { throw ValidationError("there is only the demo provider so far: add --demo") }
        guard ListenAddress(listen) != nil else { throw ValidationError("--listen should be host:port") }
    }

    func run() async throws {
        let environment = try await CommandEnvironment.load()
        guard let address = ListenAddress(listen) else { return }
        let provider = ScriptedProvider(
            scripts: nasty ? [DemoScript(), GuardScript(), NastyScript()] : [DemoScript(), GuardScript()],
            tuning: DemoTuning(
                directory: data.map { URL(fileURLWithPath: $0) }, pace: .init(.milliseconds(max(tuningStage, 0)))),
            configuration: .init(
                host: address.host, port: address.port, chunkDelay: .milliseconds(chunkDelay), requestsKept: 0),
            logger: environment.logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await ServiceGroup(
                    services: [provider], gracefulShutdownSignals: [.sigterm, .sigint], logger: environment.logger
                ).run()
            }
            print("listening on \(try await provider.baseURL)")
            Output.flush()
            try await group.waitForAll()
        }
    }
}
