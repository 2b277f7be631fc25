/// The demo's assistant: answers from `DemoCorpus`, deterministic, and marked as a demo in every head and model name.
public struct DemoScript: ProviderScript {
    public init() {}

    private static let embeddings = "demo-embedding-1"
    /// The usual name too, since clients that name no model mean it.
    private static let moderations = ["demo-moderation-1", "omni-moderation-latest"]

    public let models: [ProviderModel] = (DemoBot.allCases.map(\.model) + [embeddings, moderations[0]]).map {
        ProviderModel(id: $0, ownedBy: "gleaner-demo")
    }

    public func answer(_ request: ChatRequest) -> ProviderAnswer? {
        guard let reply = reply(to: request) else { return nil }
        return reply.answer(to: request, headers: ["x-gleaner-demo": "true"])
    }

    private func reply(to request: ChatRequest) -> ChatReply? {
        switch request.dialect {
        case .embeddings:
            guard request.model == Self.embeddings else { return nil }
            return ChatReply(to: request, model: request.model, choices: [])
        case .moderations:
            guard Self.moderations.contains(request.model) else { return nil }
            return ChatReply(to: request, model: Self.moderations[0], choices: [])
        default:
            guard let bot = DemoBot.allCases.first(where: { $0.model == request.model }) else { return nil }
            let choices = request.prompts.flatMap { turns in
                let (content, finishReason) = bot.answer(to: turns)
                let choice = ChatReply.Choice(content: content, finishReason: finishReason)
                return Array(repeating: choice, count: request.choices)
            }
            return ChatReply(to: request, model: bot.servedModel, choices: choices)
        }
    }
}
