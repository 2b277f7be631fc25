public import GleanerCore

extension ModerationPolicy {
    /// The document in full, defaults included, as it is kept and shown.
    public var document: JSONValue {
        var members: [String: JSONValue] = [
            "mode": .string(mode.rawValue), "classifiers": .array(classifiers.map(\.document)),
            "include_system_prompt": .bool(includesSystemPrompt), "categories": .object(rules.mapValues(\.document)),
            "personal_data": .string(personalData.rawValue), "pii_kinds": .list(kinds),
        ]
        if mode == .blocking { members["blocking"] = blocking.document }
        return .object(members)
    }
}

extension ModerationPolicy.Choice {
    var document: JSONValue {
        var members: [String: JSONValue] = [
            "name": .string(name), "targets": .list(targets), "timeout_ms": .integer(timeout.wholeMilliseconds),
        ]
        switch kind {
        case .rules(let languages):
            members["kind"] = "rules"
            members["languages"] = .list(languages)
        case .moderations(let provider, let model):
            members["kind"] = "moderations"
            members["provider"] = .string(provider)
            if let model { members["model"] = .string(model) }
        case .guardModel(let provider, let model, let dialect):
            members["kind"] = "guard"
            members["provider"] = .string(provider)
            members["model"] = .string(model)
            members["dialect"] = .string(dialect.rawValue)
        }
        return .object(members)
    }
}

extension ModerationPolicy.Rule {
    var document: JSONValue {
        ["threshold": .number(threshold), "action": .string(action.rawValue), "targets": .list(targets)]
    }
}

extension ModerationPolicy.Blocking {
    var document: JSONValue {
        [
            "targets": .list(targets), "timeout_ms": .integer(timeout.wholeMilliseconds),
            "on_error": .string(onError.rawValue), "refusal": .string(refusal),
        ]
    }
}

extension JSONValue {
    /// In the order the type lists its cases, so that the same choice gives the same document.
    fileprivate static func list<Choice: CaseIterable & RawRepresentable & Hashable>(_ choices: Set<Choice>)
        -> JSONValue
    where Choice.RawValue == String {
        .array(Choice.allCases.filter(choices.contains).map { .string($0.rawValue) })
    }
}

extension Duration {
    var wholeMilliseconds: Int64 { Int64(milliseconds.rounded()) }
}
