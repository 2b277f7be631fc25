public import GleanerCore

extension ModerationPolicy {
    /// Reads a policy document.
    /// - Throws: `ModerationPolicyError`, which names the member by its path.
    public init(parsing bytes: some Sequence<UInt8>) throws(ModerationPolicyError) {
        let document: JSONValue
        do {
            document = try JSONValue(parsing: bytes)
        } catch {
            throw .notJSON
        }
        try self.init(document)
    }

    /// Reads one that was put in force once. Members that have been given up since are passed over.
    init(stored document: JSONValue) throws(ModerationPolicyError) {
        var members = document.objectValue ?? [:]
        members["sample_unflagged"] = nil
        try self.init(document.objectValue == nil ? document : .object(members))
    }

    public init(_ document: JSONValue) throws(ModerationPolicyError) {
        self.init()
        let reader = try PolicyReader(
            document,
            knowing: [
                "mode", "classifiers", "include_system_prompt", "categories", "blocking", "personal_data", "pii_kinds",
            ])
        mode = try reader.choice("mode") ?? mode
        if let value = reader.value("classifiers") { classifiers = try Self.choices(value) }
        includesSystemPrompt = try reader.flag("include_system_prompt") ?? includesSystemPrompt
        if let value = reader.value("categories") { rules = try Self.rules(value) }
        if let value = reader.value("blocking") {
            guard mode == .blocking else {
                throw .wrong("blocking", wanted: "there with \"mode\": \"blocking\", and only then")
            }
            blocking = try Blocking(value)
        }
        personalData = try reader.choice("personal_data") ?? personalData
        kinds = try reader.choices("pii_kinds") ?? kinds
        for target in blocking.targets where mode == .blocking && classifiers(of: target).isEmpty {
            throw .wrong("blocking.targets", wanted: "judged by a classifier; none has `\(target.rawValue)`")
        }
    }

    private static func choices(_ value: JSONValue) throws(ModerationPolicyError) -> [Choice] {
        guard let values = value.arrayValue, (1...8).contains(values.count) else {
            throw .wrong("classifiers", wanted: "a list of 1 to 8 classifiers")
        }
        var choices: [Choice] = []
        for (index, value) in values.enumerated() {
            let choice = try Choice(value, at: "classifiers[\(index)]")
            guard !choices.contains(where: { $0.name == choice.name }) else {
                throw .wrong("classifiers[\(index)].name", wanted: "a name that no other classifier has")
            }
            choices.append(choice)
        }
        return choices
    }

    /// What the document leaves out of `*`, `pii` and `secret` stays as it is by default.
    private static func rules(_ value: JSONValue) throws(ModerationPolicyError) -> [String: Rule] {
        guard let members = value.objectValue, members.count <= 256 else {
            throw .wrong("categories", wanted: "an object of at most 256 categories")
        }
        var rules = standardRules
        for (category, value) in members.sorted(by: { $0.key < $1.key }) {
            guard (1...128).contains(category.utf8.count), !category.utf8.contains(0) else {
                throw .wrong("categories", wanted: "named in 1 to 128 bytes")
            }
            rules[category] = try Rule(value, at: "categories[\"\(category)\"]", instead: Self().rule(for: category))
        }
        return rules
    }
}

extension ModerationPolicy.Choice {
    private enum KindName: String, CaseIterable { case rules, moderations, `guard` }

    init(_ value: JSONValue, at path: String) throws(ModerationPolicyError) {
        let reader = try PolicyReader(
            value, at: path,
            knowing: ["name", "kind", "languages", "provider", "model", "dialect", "targets", "timeout_ms"])
        guard let kindName: KindName = try reader.choice("kind") else {
            throw reader.wrong("kind", "one of rules, moderations, guard")
        }
        let only: (String, [String]) =
            switch kindName {
            case .rules: ("rules", ["languages"])
            case .moderations: ("moderations", ["provider", "model"])
            case .guard: ("guard", ["provider", "model", "dialect"])
            }
        for member in ["languages", "provider", "model", "dialect"]
        where reader.value(member) != nil && !only.1.contains(member) {
            throw reader.wrong(member, "left out: a classifier of kind `\(only.0)` has none")
        }
        let provider = try reader.text("provider", upTo: 64) ?? "default"
        let model = try reader.text("model", upTo: 256)
        switch kindName {
        case .rules:
            self.init(
                name: RuleClassifier.name,
                kind: .rules(languages: try reader.choices("languages") ?? Set(RuleLanguage.allCases)))
        case .moderations:
            self.init(name: "moderations", kind: .moderations(provider: provider, model: model))
        case .guard:
            guard let model else { throw reader.wrong("model", "the guard model's name") }
            self.init(
                name: "guard",
                kind: .guardModel(
                    provider: provider, model: model, dialect: try reader.choice("dialect") ?? .auto))
        }
        if let named = try reader.text("name", upTo: 64) {
            guard named.wholeMatch(of: /[a-z0-9][a-z0-9_.-]*/) != nil else {
                throw reader.wrong("name", "lower-case letters, digits, `_`, `.` and `-`")
            }
            name = named
        }
        targets = try reader.choices("targets") ?? targets
        timeout = try reader.milliseconds("timeout_ms", in: 50...120_000) ?? timeout
    }
}

extension ModerationPolicy.Rule {
    init(_ value: JSONValue, at path: String, instead standard: Self?) throws(ModerationPolicyError) {
        let reader = try PolicyReader(value, at: path, knowing: ["threshold", "action", "targets"])
        self.init(
            threshold: try reader.number("threshold", in: 0...1) ?? standard?.threshold ?? 0.7,
            action: try reader.choice("action") ?? standard?.action ?? .flag,
            targets: try reader.choices("targets") ?? Set(ModerationTarget.allCases))
        guard action != .unknown else {
            throw reader.wrong("action", "one of allow, flag, redact, block: what is unknown nobody decides")
        }
    }
}

extension ModerationPolicy.Blocking {
    init(_ value: JSONValue) throws(ModerationPolicyError) {
        let reader = try PolicyReader(value, at: "blocking", knowing: ["targets", "timeout_ms", "on_error", "refusal"])
        self.init(
            targets: try reader.choices("targets") ?? [.prompt],
            timeout: try reader.milliseconds("timeout_ms", in: 10...60_000) ?? .milliseconds(1500),
            onError: try reader.choice("on_error") ?? .open,
            refusal: try reader.text("refusal", upTo: 4096) ?? Self.standardRefusal)
        guard !targets.contains(.comment) else {
            throw reader.wrong("targets", "prompt, response or both: nobody waits for a comment")
        }
    }
}
