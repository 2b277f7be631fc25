import ArgumentParser
import GleanerCore
import GleanerServer

/// `gleaner keys limit`: what one key may use of the gateway.
struct KeyLimit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "limit",
        abstract: "Limit what a key may use. Running gateways notice within 5 seconds.",
        discussion: "What is left out stays as it is; --reset goes back to the server's settings first.")

    @Argument(help: "The key's id, from `gleaner keys list`.") var id: String
    @Option(help: "Calls open at once; 0: no limit.") var maxConcurrent: Int?
    @Option(help: "Requests, such as 20/s, 600/m or 1000/h; none: no limit.") var rate: String?
    @Option(help: "When a client leaves early: cancel, or drain to read and store the answer whole.")
    var clientGone: String?
    @Option(help: "Whether its answers carry feedback tokens: on, or off.") var feedbackTokens: String?
    @Flag(help: "Forget the key's own limits first.") var reset = false

    func validate() throws {
        if let maxConcurrent, !(0...1_000_000).contains(maxConcurrent) {
            throw ValidationError("--max-concurrent is 0 to 1000000.")
        }
        if let rate, RequestRate(rate) == nil {
            throw ValidationError("--rate is such as 20/s, 600/m or 1000/h, or none.")
        }
        if let clientGone, ClientGonePolicy(rawValue: clientGone) == nil {
            throw ValidationError("--client-gone is cancel or drain.")
        }
        if let feedbackTokens, !["on", "off"].contains(feedbackTokens) {
            throw ValidationError("--feedback-tokens is on or off.")
        }
    }

    func run() async throws {
        let environment = try await CommandEnvironment.load()
        guard let key = ID<APIKey>(id) else { throw KeyError.keyUnknown(id) }
        let limits = try await environment.withDatabase { pool in
            let keys = PostgresKeyStore(pool: pool)
            guard var limits = try await keys.limits(of: key) else { throw KeyError.keyUnknown(id) }
            if reset { limits = KeyLimits() }
            if let maxConcurrent { limits.maximumConcurrent = maxConcurrent }
            if let rate { limits.rate = RequestRate(rate) }
            if let clientGone { limits.clientGone = ClientGonePolicy(rawValue: clientGone) }
            if let feedbackTokens { limits.feedbackTokens = feedbackTokens == "on" }
            guard try await keys.limit(key, to: limits) else { throw KeyError.keyUnknown(id) }
            return limits
        }
        print(
            "max-concurrent \(limits.maximumConcurrent.map(String.init) ?? "default"), "
                + "rate \(limits.rate?.description ?? "default"), "
                + "client-gone \(limits.clientGone?.rawValue ?? "default"), "
                + "feedback-tokens \(limits.feedbackTokens.map { $0 ? "on" : "off" } ?? "default")")
    }
}
