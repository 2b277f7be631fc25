import GleanerGateway
import Logging
import ServiceLifecycle
import UnixSignals

/// Reads provider keys again on SIGHUP. Calls under way keep the key they began with.
struct ProviderReload: Service {
    let providers: Providers
    let logger: Logger

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sighup)
        for await _ in signals.cancelOnGracefulShutdown() { reload() }
    }

    private func reload() {
        let reload = providers.reload()
        for error in reload.failed {
            logger.error("a provider key was not read; the old one stays in force", metadata: ["error": "\(error)"])
        }
        logger.notice(
            "provider keys read again",
            metadata: ["providers.changed": "\(reload.changed.joined(separator: ","))"])
    }
}
