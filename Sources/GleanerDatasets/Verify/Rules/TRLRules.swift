import GleanerCore

/// Source: TRL's documentation, "Dataset formats and types"; the roles are those of chat templates.
struct TRLRules: LineRules {
    let format: ExportFormat

    func check(_ line: [String: JSONValue], _ notes: inout RuleNotes) {
        let columns: [String] =
            switch format {
            case .trlLanguageModelling: ["messages"]
            case .trlPreference: ["prompt", "chosen", "rejected"]
            default: ["prompt", "completion"]
            }
        let hasLabel = format == .trlKTO
        notes.checkMembers(line, of: "a line", known: Set(columns + ["tools"] + (hasLabel ? ["label"] : [])))
        for column in columns {
            guard let messages = notes.list(line[column], column) else { continue }
            for (number, message) in messages.enumerated() { check(message, "\(column)[\(number)]", &notes) }
            checkEnd(messages, column, &notes)
        }
        if hasLabel { notes.checkLabel(line["label"], "label") }
        if let chosen = line["chosen"], chosen == line["rejected"] {
            notes.note(.sidesEqual, "`chosen` and `rejected` are the same.", "Leave the pair out.")
        }
        if let tools = line["tools"], let text = notes.text(tools, "tools") {
            notes.checkJSONText(text, "tools", isList: true)
        }
    }

    private func checkEnd(_ messages: [JSONValue], _ column: String, _ notes: inout RuleNotes) {
        let isAnswer = messages.last?["role"] == "assistant"
        if column == "prompt", isAnswer {
            notes.note(.promptEndsWithAnswer, "`prompt` ends with an answer.", "Move it out of the prompt.")
        } else if column != "prompt", !isAnswer {
            notes.note(
                .lastMessageNotAssistant, "`\(column)` does not end with an answer.", "End with the assistant's.")
        }
    }

    private func check(_ message: JSONValue, _ place: String, _ notes: inout RuleNotes) {
        guard let members = message.objectValue else {
            return notes.note(.dataType, "`\(place)` is not an object.", "Write {\"role\": …, \"content\": …}.")
        }
        guard let role = members["role"]?.stringValue, ["system", "user", "assistant", "tool"].contains(role) else {
            return notes.note(
                .unrecognizedRole, "`\(place)` has no role that templates know.", "Use system, user, assistant or tool."
            )
        }
        let calls = members["tool_calls"]?.arrayValue ?? []
        notes.text(members["content"], "\(place).content", mayBeEmpty: !calls.isEmpty || role == "tool")
        for call in calls {
            guard let text = call["function"]?["arguments"]?.stringValue else {
                notes.note(
                    .argumentsNotText, "`\(place)` calls a tool without a string of arguments.",
                    "Write the arguments as a JSON string, so that all lines have one schema.")
                continue
            }
            notes.checkJSONText(text, "\(place).arguments", isList: false)
        }
    }
}
