/// The demo's assistant: answers from `DemoCorpus`, deterministic, and marked as a demo in every head and model name.
public struct DemoScript: ProviderScript {
    public init() {}

    public let models: [ProviderModel] = DemoBot.allCases.map { ProviderModel(id: $0.model, ownedBy: "gleaner-demo") }

    public func answer(_ request: ChatRequest) -> ProviderAnswer? {
        guard let bot = DemoBot.allCases.first(where: { $0.model == request.model }) else { return nil }
        let turn = DemoTurn(request.userTurns)
        let (content, finishReason) = turn?.answer ?? (bot.fallback, "stop")
        let choice = ChatReply.Choice(content: content, finishReason: finishReason)
        let choices = Array(repeating: choice, count: request.choices)
        return ChatReply(to: request, model: bot.servedModel, choices: choices)
            .answer(to: request, headers: ["x-gleaner-demo": "true"])
    }
}
