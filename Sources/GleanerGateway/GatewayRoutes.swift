public import GleanerHTTP
public import Hummingbird

/// The OpenAI wire, as far as the gateway speaks it.
public struct GatewayRoutes: Sendable {
    private let chat: ChatGateway
    private let models: ModelsGateway

    public init(chat: ChatGateway, models: ModelsGateway) {
        self.chat = chat
        self.models = models
    }

    /// - Parameter router: answers under `/v1`.
    public func add(to router: some RouterMethods<GleanerContext>) {
        router.post("chat/completions", use: chat.complete)
        router.get("models", use: models.list)
        router.get("models/:model", use: models.list)
    }
}
