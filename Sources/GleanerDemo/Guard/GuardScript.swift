import GleanerCore

/// Guard models that answer in words, as Llama Guard and Qwen3Guard do, and moderation models that misbehave. A few
/// plain words decide; nothing here judges real text.
///
/// | model | what it does |
/// | --- | --- |
/// | `demo-guard-llama` | `safe`, or `unsafe` and the categories on the next line |
/// | `demo-guard-qwen` | `Safety: …` and `Categories: …` |
/// | `nasty-guard-chatty` | answers in a sentence, which is no verdict |
/// | `nasty-moderation-missing` | lists categories that it did not judge: no input types, null scores |
/// | `nasty-moderation-short` | one result fewer than there were texts |
public struct GuardScript: ProviderScript {
    public init() {}

    public let models: [ProviderModel] = [
        "demo-guard-llama", "demo-guard-qwen", "nasty-guard-chatty", "nasty-moderation-missing",
        "nasty-moderation-short",
    ].map { ProviderModel(id: $0, ownedBy: "gleaner-demo") }

    public func answer(_ request: ChatRequest) -> ProviderAnswer? {
        switch (request.model, request.dialect) {
        case ("demo-guard-llama", .chat):
            let verdict = Self.verdict(request)
            return say(verdict.isEmpty ? "safe" : "unsafe\n\(verdict.map(\.llama).joined(separator: ","))", request)
        case ("demo-guard-qwen", .chat):
            let verdict = Self.verdict(request)
            let categories = verdict.isEmpty ? "None" : verdict.map(\.qwen).joined(separator: ", ")
            return say("Safety: \(verdict.isEmpty ? "Safe" : "Unsafe")\nCategories: \(categories)", request)
        case ("nasty-guard-chatty", .chat): return say("I believe that this message is safe to answer.", request)
        case ("nasty-moderation-missing", .moderations): return missing(request)
        case ("nasty-moderation-short", .moderations): return short(request)
        default: return nil
        }
    }

    // MARK: Guard models

    private static let words: [(word: String, llama: String, qwen: String)] = [
        ("kill", "S1", "Violent"), ("bomb", "S9", "Violent"), ("suicide", "S11", "Suicide & Self-Harm"),
        ("bewakoof", "S10", "Unethical Acts"),
    ]

    private static func verdict(_ request: ChatRequest) -> [(word: String, llama: String, qwen: String)] {
        let said = request.userTurns.last?.lowercased() ?? ""
        return words.filter { said.contains($0.word) }
    }

    private func say(_ text: String, _ request: ChatRequest) -> ProviderAnswer {
        ChatReply(to: request, model: request.model, choices: [.init(content: text, finishReason: "stop")])
            .answer(to: request)
    }

    // MARK: Moderation models

    private func result(_ judged: Bool) -> JSONValue {
        func members(_ value: JSONValue) -> JSONValue {
            .object(Dictionary(uniqueKeysWithValues: ChatReply.moderationCategories.map { ($0, value) }))
        }
        return [
            "flagged": false, "categories": members(judged ? false : nil),
            "category_scores": members(judged ? 0.0 : nil),
            "category_applied_input_types": members(judged ? ["text"] : []),
        ]
    }

    private func document(_ request: ChatRequest, _ results: [JSONValue]) -> ProviderAnswer {
        .whole(
            JSONValue.object([
                "id": "modr-nasty", "model": .string(request.model), "results": .array(results),
            ]).wireBytes)
    }

    private func missing(_ request: ChatRequest) -> ProviderAnswer {
        // One category is judged, so that the answer as a whole can be read.
        var result = result(false)
        if case .object(var members) = result {
            members["category_scores"] = ["hate": 0.1, "violence": nil]
            members["categories"] = ["hate": false, "violence": nil]
            members["category_applied_input_types"] = ["hate": ["text"], "violence": []]
            result = .object(members)
        }
        return document(request, request.inputs.map { _ in result })
    }

    private func short(_ request: ChatRequest) -> ProviderAnswer {
        document(request, request.inputs.dropLast().map { _ in result(true) })
    }
}
