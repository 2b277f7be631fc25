public import GleanerCore

/// An exchange as evaluators see it: read from the stored projections, redacted where the project asks for that.
public struct EvaluatedExchange: Sendable {
    public let id: ID<Exchange>
    public let messages: [JSONValue]
    /// `choices[0].message` of the stored answer; `nil` when no whole answer came.
    public let message: JSONValue?
    public let finishReason: String?
    /// The request's members, for evaluators that read them; empty when nobody does, or it is no JSON.
    public let request: [String: JSONValue]
    /// The better answer that a person wrote, the newest; a lead's before others'.
    public let correction: String?
    public let durationMilliseconds: Double?
    public let firstTokenMilliseconds: Double?
    public let costUSD: Double?
    public let promptTokens: Int?
    public let completionTokens: Int?

    /// What the model said, without what it wants tools to do; `nil` when it said nothing.
    public var answer: String? {
        guard let message else { return nil }
        let text = HoldoutItem.text(of: message["content"])
        let said = text.isEmpty ? message["refusal"]?.stringValue ?? "" : text
        return said.isEmpty ? nil : said
    }

    /// What the user said last; `nil` when nobody did.
    public var prompt: String? {
        guard let last = messages.last(where: { $0["role"] == "user" }) else { return nil }
        let text = HoldoutItem.text(of: last["content"])
        return text.isEmpty ? nil : text
    }

    /// The instructions before the conversation; empty when there are none.
    public var system: String {
        messages.filter { ["system", "developer"].contains($0["role"]?.stringValue) }
            .map { HoldoutItem.text(of: $0["content"]) }.joined(separator: "\n")
    }

    public var toolCalls: [JSONValue] { message?["tool_calls"]?.arrayValue ?? [] }

    public init(
        id: ID<Exchange>, messages: [JSONValue], message: JSONValue?, finishReason: String? = nil,
        request: [String: JSONValue] = [:], correction: String? = nil, durationMilliseconds: Double? = nil,
        firstTokenMilliseconds: Double? = nil, costUSD: Double? = nil, promptTokens: Int? = nil,
        completionTokens: Int? = nil
    ) {
        self.id = id
        self.messages = messages
        self.message = message
        self.finishReason = finishReason
        self.request = request
        self.correction = correction
        self.durationMilliseconds = durationMilliseconds
        self.firstTokenMilliseconds = firstTokenMilliseconds
        self.costUSD = costUSD
        self.promptTokens = promptTokens
        self.completionTokens = completionTokens
    }
}
