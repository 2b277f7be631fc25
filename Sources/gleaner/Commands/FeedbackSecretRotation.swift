import ArgumentParser
import GleanerFeedback
import GleanerServer
import SQLMigrations

/// `gleaner keys rotate-feedback-secret`.
struct FeedbackSecretRotation: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate-feedback-secret",
        abstract: "Sign feedback tokens with a new secret. Running gateways notice within 15 seconds.",
        discussion: "Tokens that are out stay good until they expire, unless --revoke takes their secrets away.")

    @Flag(help: "Refuse every token that is out.") var revoke = false

    func run() async throws {
        let environment = try await CommandEnvironment.load()
        let id = try await environment.withDatabase { pool in
            try await Migrator.gleaner(pool: pool, logger: environment.logger).apply()
            return try await PostgresFeedbackSecrets(pool: pool).rotate(revokesOlder: revoke)
        }
        print("secret \(id) signs feedback tokens\(revoke ? "; older tokens are refused" : "")")
    }
}
