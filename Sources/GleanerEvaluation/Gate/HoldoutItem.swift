import GleanerCore

/// One line of the holdout: what is asked, and the answer that people wanted.
struct HoldoutItem: Sendable {
    let line: Int
    let exchange: ID<Exchange>
    /// Lines of one conversation are alike; without one the line stands for itself.
    let cluster: String
    /// `reviewer_correction`, `user_correction`, `written` or `original`.
    let answerSource: String
    /// As they are sent.
    let prompt: [JSONValue]
    let tools: JSONValue?
    let reference: String

    /// People wrote the reference, no model.
    var isEdited: Bool { ["reviewer_correction", "user_correction", "written"].contains(answerSource) }

    /// - Parameter content: a line of OpenAI's chat format whose last message is the answer, or of its preference format.
    /// - Returns: `nil` for a line that nobody can answer: no user's message, or no text as the answer; and for one whose
    ///   answer was a bad example.
    init?(line: Int, exchange: ID<Exchange>, content: JSONValue, lineage: JSONValue, conversation: String?) {
        guard content["label"] != false else { return nil }
        var prompt: [JSONValue]
        let answer: JSONValue?
        if let messages = content["messages"]?.arrayValue, messages.last?["role"]?.stringValue == "assistant" {
            prompt = Array(messages.dropLast())
            answer = messages.last
        } else {
            prompt = content["input"]?["messages"]?.arrayValue ?? []
            answer = content["preferred_output"]?.arrayValue?.last
        }
        let reference = Self.text(of: answer?["content"])
        guard !reference.isEmpty, prompt.contains(where: { $0["role"]?.stringValue == "user" }) else { return nil }
        // What trainers read and models do not know.
        prompt = prompt.map { message in
            guard case .object(var members) = message else { return message }
            members["weight"] = nil
            return .object(members)
        }
        self.line = line
        self.exchange = exchange
        self.prompt = prompt
        self.reference = reference
        tools = content["tools"] ?? content["input"]?["tools"]
        answerSource = lineage["answer_source"]?.stringValue ?? "original"
        cluster = conversation ?? lineage["conversation"]?.stringValue ?? "line:\(line)"
    }

    /// A string, or the text of all parts.
    static func text(of content: JSONValue?) -> String {
        switch content {
        case .string(let text): text
        case .array(let parts): parts.compactMap { $0["text"]?.stringValue }.joined(separator: "\n")
        default: ""
        }
    }

    /// As judges read it: who said what, line by line.
    static func conversation(_ messages: [JSONValue]) -> String {
        messages.map { "\($0["role"]?.stringValue ?? "user"): \(text(of: $0["content"]))" }.joined(separator: "\n")
    }

    func request(_ choice: ModelChoice, _ policy: GatePolicy) -> JSONValue {
        var members: [String: JSONValue] = ["model": .string(choice.model), "messages": .array(prompt)]
        if let tools { members["tools"] = tools }
        if let temperature = policy.temperature { members["temperature"] = .number(temperature) }
        let namesLimit = choice.parameters.keys.contains { $0.hasPrefix("max_") }
        if let limit = policy.maximumTokens, !namesLimit { members["max_tokens"] = .integer(Int64(limit)) }
        // `null` takes a member away: some models refuse a temperature.
        for (name, value) in choice.parameters {
            if value == .null { members.removeValue(forKey: name) } else { members[name] = value }
        }
        return .object(members)
    }
}
