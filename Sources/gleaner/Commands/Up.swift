import ArgumentParser
import Foundation
import GleanerServer

/// Everything on one machine, zero configuration.
struct Up: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Start everything on this machine, with nothing configured.",
        discussion: """
            Without DATABASE_URL a private PostgreSQL is made in GLEANER_DATA_DIR and stopped at the end. Without \
            GLEANER_PROVIDER_URL the built-in demo provider answers. The first start makes a key and prints it, once.
            """)

    @Flag(help: "Only errors and the first key.") var quiet = false

    func run() async throws {
        let environment = try await CommandEnvironment.load()
        try await AllInOne(configuration: environment.configuration, logger: environment.logger).run { started in
            if let key = started.firstKey { Banner.key(key, started) }
            if let link = started.firstLink { Banner.firstLink(link) }
            if !quiet { Banner.up(started) }
        }
    }
}

/// The server alone, beside a database and a provider that exist.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve with the configured database and provider.",
        discussion:
            "For systemd and containers: DATABASE_URL and GLEANER_PROVIDER_URL (or GLEANER_PROVIDERS) must be set.")

    func run() async throws {
        let environment = try await CommandEnvironment.load()
        let configuration = environment.configuration
        let url = try environment.settings.required(.databaseURL)
        guard let providers = configuration.providers else { throw SettingsError.missing(.providerURL) }
        try await GleanerService(
            configuration: configuration, databaseURL: url, providers: providers, logger: environment.logger
        ).run { started in
            print(
                "listening on \(configuration.listen.with(port: started.port)), "
                    + "admin \(configuration.adminListen.with(port: started.adminPort))")
            if let token = started.firstInvitation {
                Banner.firstLink("http://\(configuration.listen.with(port: started.port))/welcome?token=\(token)")
            }
        }
    }
}
