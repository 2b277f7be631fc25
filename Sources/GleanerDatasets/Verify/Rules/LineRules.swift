import GleanerCore

/// One format's published rules for a line.
protocol LineRules: Sendable {
    func check(_ line: [String: JSONValue], _ notes: inout RuleNotes)
}

/// What a line's rules found, and the checks that most of them need.
struct RuleNotes {
    private(set) var problems: [LineChecker.Problem] = []

    mutating func note(_ fault: Fault, _ what: String, _ fix: String) { problems.append((fault, what, fix)) }

    /// No members but these.
    mutating func checkMembers(_ object: [String: JSONValue], of place: String, known: Set<String>) {
        for member in object.keys.sorted() where !known.contains(member) {
            note(
                .unrecognizedKey, "`\(member.prefix(64))` is not allowed in \(place).",
                "Keep ids and notes in a file of their own.")
        }
    }

    /// - Parameter mayBeEmpty: as a system text may, where the format has it in every line.
    @discardableResult
    mutating func text(_ value: JSONValue?, _ name: String, mayBeEmpty: Bool = false) -> String? {
        guard let value else {
            note(.missingKey, "`\(name)` is missing.", "Add it; every line needs it.")
            return nil
        }
        guard let text = value.stringValue else {
            note(.wrongType, "`\(name)` is not a string.", "Write text.")
            return nil
        }
        if text.isEmpty, !mayBeEmpty { note(.missingContent, "`\(name)` is empty.", "Give it text.") }
        return text
    }

    mutating func list(_ value: JSONValue?, _ name: String) -> [JSONValue]? {
        guard let value else {
            note(.missingKey, "`\(name)` is missing.", "Add it; every line needs it.")
            return nil
        }
        guard let list = value.arrayValue, !list.isEmpty else {
            note(.wrongType, "`\(name)` is not a list, or is empty.", "Write a list.")
            return nil
        }
        return list
    }

    mutating func checkLabel(_ value: JSONValue?, _ name: String) {
        guard value?.boolValue == nil else { return }
        note(.labelNotBoolean, "`\(name)` is neither true nor false.", "Write true or false, without quotation marks.")
    }

    /// JSON inside a string, as a list or as an object.
    mutating func checkJSONText(_ text: String, _ name: String, isList: Bool) {
        let value = try? JSONValue(parsing: text.utf8)
        guard isList ? value?.arrayValue == nil : value?.objectValue == nil else { return }
        note(
            .argumentsNotJSON, "`\(name)` holds no JSON \(isList ? "list" : "object").",
            "Write it as JSON inside a string.")
    }

    mutating func checkFunctionName(_ name: String?, _ place: String) {
        guard !MistralFormat.isName(name) else { return }
        note(
            .functionNameInvalid, "\(place) has a function name that is not 1 to 64 letters, digits, - and _.",
            "Rename it, in the tools as well.")
    }
}

extension ExportFormat {
    /// `nil` for OpenAI's chat lines, which `LineChecker` knows by itself.
    var rules: (any LineRules)? {
        switch self {
        case .openAISFT: nil
        case .openAIPreference: OpenAIPreferenceRules()
        case .trlPromptCompletion, .trlLanguageModelling, .trlPreference, .trlKTO: TRLRules(format: self)
        case .shareGPT: ShareGPTRules()
        case .alpaca: AlpacaRules()
        case .mistral: MistralRules()
        case .bedrockClaude: BedrockClaudeRules()
        case .bedrockConversation: BedrockConversationRules()
        case .vertex: VertexRules()
        }
    }
}
