import GleanerCore

/// `POST /v1/moderations`: one result per input. A few plain words decide; nothing here judges real text.
extension ChatReply {
    static let moderationCategories = [
        "sexual", "sexual/minors", "harassment", "harassment/threatening", "hate", "hate/threatening", "illicit",
        "illicit/violent", "self-harm", "self-harm/intent", "self-harm/instructions", "violence", "violence/graphic",
    ]

    private static let words: [(word: String, category: String)] = [
        ("kill", "violence"), ("maar dunga", "harassment/threatening"), ("bewakoof", "harassment"),
        ("bomb", "illicit/violent"), ("suicide", "self-harm"),
    ]

    func moderationsDocument(for request: ChatRequest) -> JSONValue {
        ["id": .string(id), "model": .string(model), "results": .array(request.inputs.map(Self.moderated))]
    }

    private static func moderated(_ text: String) -> JSONValue {
        let lower = text.lowercased()
        let hits = Set(words.filter { lower.contains($0.word) }.map(\.category))
        func members(_ value: (String) -> JSONValue) -> JSONValue {
            .object(Dictionary(uniqueKeysWithValues: moderationCategories.map { ($0, value($0)) }))
        }
        return [
            "flagged": .bool(!hits.isEmpty), "categories": members { .bool(hits.contains($0)) },
            "category_scores": members { .number(hits.contains($0) ? 0.97 : 0.0003) },
            "category_applied_input_types": members { _ in ["text"] },
        ]
    }
}
