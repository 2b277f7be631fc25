public import GleanerHTTP
public import Hummingbird

/// The wire of OpenAI and Anthropic: every path under `/v1`. What the gateway does not know by name it passes on and
/// keeps all the same.
public struct GatewayRoutes: Sendable {
    private let gateway: Gateway
    private let models: ModelsGateway

    public init(_ gateway: Gateway) {
        self.gateway = gateway
        models = ModelsGateway(gateway)
    }

    /// - Parameter router: answers under `/v1`.
    public func add(to router: some RouterMethods<GleanerContext>) {
        router.get("models", use: models.list)
        for path: RouterPath in [
            "chat/completions", "completions", "responses", "embeddings", "moderations", "messages",
        ] {
            router.on(path, method: .post, use: gateway.pass)
        }
        for method: HTTPRequest.Method in [.get, .post, .put, .patch, .delete] {
            router.on("**", method: method, use: gateway.pass)
        }
    }
}
