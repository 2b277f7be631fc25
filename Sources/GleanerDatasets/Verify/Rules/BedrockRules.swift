import GleanerCore

/// Source: AWS's guide, "Prepare data for fine-tuning", single- and multi-turn messages for Claude 3 Haiku.
struct BedrockClaudeRules: LineRules {
    func check(_ line: [String: JSONValue], _ notes: inout RuleNotes) {
        notes.checkMembers(line, of: "a line", known: ["system", "messages"])
        if line["system"] != nil { notes.text(line["system"], "system") }
        guard let messages = notes.list(line["messages"], "messages") else { return }
        for (place, message) in messages.enumerated() {
            notes.checkMembers(message.objectValue ?? [:], of: "messages[\(place)]", known: ["role", "content"])
            notes.text(message["content"], "messages[\(place)].content")
        }
        notes.checkTurns(messages, answerer: "assistant")
    }
}

/// Source: AWS's guide, conversations for Amazon Nova; the prose misspells the version, the example does not.
struct BedrockConversationRules: LineRules {
    func check(_ line: [String: JSONValue], _ notes: inout RuleNotes) {
        notes.checkMembers(line, of: "a line", known: ["schemaVersion", "system", "messages"])
        if line["schemaVersion"]?.stringValue != BedrockConversationFormat.schemaVersion {
            notes.note(
                .schemaVersionInvalid, "`schemaVersion` is not \(BedrockConversationFormat.schemaVersion).",
                "Write it so.")
        }
        if line["system"] != nil, let blocks = notes.list(line["system"], "system") {
            for block in blocks { notes.text(block["text"], "system.text") }
        }
        guard let messages = notes.list(line["messages"], "messages") else { return }
        for (place, message) in messages.enumerated() {
            notes.checkMembers(message.objectValue ?? [:], of: "messages[\(place)]", known: ["role", "content"])
            guard let blocks = notes.list(message["content"], "messages[\(place)].content") else { continue }
            for block in blocks { check(block, place, &notes) }
        }
        notes.checkTurns(messages, answerer: "assistant")
    }

    private func check(_ block: JSONValue, _ place: Int, _ notes: inout RuleNotes) {
        if let image = block["image"] {
            let address = image["source"]?["s3Location"]?["uri"]?.stringValue ?? ""
            if !address.hasPrefix("s3://") {
                notes.note(.imageElsewhere, "messages[\(place)] has an image that is not in S3.", "Upload it there.")
            }
        } else if block["text"] != nil {
            notes.text(block["text"], "messages[\(place)].text")
        } else {
            notes.note(.partUnknown, "messages[\(place)] has a block that is neither text nor image.", "Remove it.")
        }
    }
}

extension RuleNotes {
    /// User first, answer last, turn by turn.
    mutating func checkTurns(_ turns: [JSONValue], answerer: String) {
        if turns.count < 2 { note(.missingAssistantMessage, "There are fewer than two messages.", "Add the answer.") }
        if turns.first?["role"] != "user" {
            note(.firstMessageNotUser, "The first message is not the user's.", "Begin with the question.")
        }
        if turns.last?["role"]?.stringValue != answerer {
            note(
                .lastMessageNotAssistant, "The last message is not the \(answerer)'s.", "End with the answer to learn.")
        }
        for (place, turn) in turns.enumerated() {
            let role = turn["role"]?.stringValue ?? ""
            if role != "user", role != answerer {
                note(
                    .unrecognizedRole, "Message \(place + 1) has the role `\(role.prefix(64))`.",
                    "Use user or \(answerer).")
            } else if place > 0, turns[place - 1]["role"]?.stringValue == role {
                note(
                    .rolesNotAlternating, "Messages \(place) and \(place + 1) are both the \(role)'s.",
                    "Join them, or leave the example out.")
            }
        }
    }
}
