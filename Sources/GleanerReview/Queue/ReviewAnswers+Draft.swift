import GleanerCore

/// Answers as a document, for a draft.
extension ReviewAnswers {
    var document: JSONValue {
        var members: [String: JSONValue] = [
            "scores": .object(scores.mapValues { .integer(Int64($0)) }), "answers": .object(answers),
        ]
        if let correction { members["correction"] = .string(correction) }
        if let comment { members["comment"] = .string(comment) }
        return .object(members)
    }

    init(_ document: JSONValue) {
        self.init(
            scores: (document["scores"]?.objectValue ?? [:]).compactMapValues {
                $0.intValue.flatMap(Int.init(exactly:))
            },
            answers: document["answers"]?.objectValue ?? [:], correction: document["correction"]?.stringValue,
            comment: document["comment"]?.stringValue)
    }

    /// U+0000 anywhere, which `jsonb` cannot hold.
    var holdsNUL: Bool {
        func holds(_ value: JSONValue) -> Bool {
            switch value {
            case .null, .bool, .integer, .number: false
            case .string(let text): text.utf8.contains(0)
            case .array(let values): values.contains(where: holds)
            case .object(let members): members.contains { $0.key.utf8.contains(0) || holds($0.value) }
            }
        }
        return holds(document)
    }
}
