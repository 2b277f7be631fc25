import GleanerCore

/// Source: `MistralRequestValidator` of mistral_common, mode for fine-tuning.
struct MistralRules: LineRules {
    private static let after: [String: Set<String>] = [
        "system": ["user", "assistant", "system"], "user": ["assistant", "system", "user"],
        "assistant": ["assistant", "user", "tool"], "tool": ["assistant", "tool", "user"],
    ]

    func check(_ line: [String: JSONValue], _ notes: inout RuleNotes) {
        notes.checkMembers(line, of: "a line", known: ["messages", "tools"])
        for (number, tool) in (line["tools"]?.arrayValue ?? []).enumerated() {
            notes.checkFunctionName(tool["function"]?["name"]?.stringValue, "Tool \(number + 1)")
        }
        guard let messages = notes.list(line["messages"], "messages") else { return }
        if !["user", "system"].contains(messages[0]["role"]?.stringValue ?? "") {
            notes.note(.firstMessageNotUser, "The first message is neither the user's nor the system's.", "Add it.")
        }
        if messages.last?["role"] != "assistant" {
            notes.note(.lastMessageNotAssistant, "The last message is not the assistant's.", "End with the answer.")
        }
        var before: String?
        for (number, message) in messages.enumerated() {
            let role = message["role"]?.stringValue ?? ""
            guard let mayFollow = Self.after[before ?? "system"] else { continue }
            if Self.after[role] == nil {
                notes.note(
                    .unrecognizedRole, "Message \(number + 1) has the role `\(role.prefix(64))`.",
                    "Use system, user, assistant or tool.")
            } else if before != nil, !mayFollow.contains(role) {
                notes.note(
                    .rolesNotAlternating, "Message \(number + 1), of \(role), may not follow one of \(before ?? "").",
                    "Put the messages in order.")
            }
            check(message, role, number + 1, &notes)
            before = role
        }
        checkCalls(messages, &notes)
    }

    private func check(_ message: JSONValue, _ role: String, _ number: Int, _ notes: inout RuleNotes) {
        let calls = message["tool_calls"]?.arrayValue ?? []
        let content = message["content"] ?? .null
        let hasContent = content.stringValue.map { !$0.isEmpty } ?? (content.arrayValue?.isEmpty == false)
        if role == "assistant", hasContent, !calls.isEmpty {
            notes.note(
                .textBesideCalls, "Message \(number) has text and tool calls.",
                "Keep one of them; older models take one.")
        } else if role != "tool", !hasContent, calls.isEmpty {
            notes.note(.missingContent, "Message \(number) has no content.", "Give it text.")
        }
        if let weight = message["weight"] {
            if role != "assistant" {
                notes.note(
                    .weightMisplaced, "Message \(number) has a weight, but is not the assistant's.", "Remove it.")
            } else if ![0, 1].contains(weight.intValue ?? -1) {
                notes.note(.weightInvalid, "Message \(number)'s weight is neither 0 nor 1.", "Use 0 or 1.")
            }
        }
        for call in calls {
            checkID(call["id"], number, &notes)
            notes.checkFunctionName(call["function"]?["name"]?.stringValue, "Message \(number)")
            if let text = notes.text(call["function"]?["arguments"], "messages[\(number - 1)].arguments") {
                notes.checkJSONText(text, "messages[\(number - 1)].arguments", isList: false)
            }
        }
        if role == "tool" { checkID(message["tool_call_id"], number, &notes) }
    }

    private func checkID(_ id: JSONValue?, _ number: Int, _ notes: inout RuleNotes) {
        guard !MistralCallIDs.isRight(id?.stringValue ?? "") else { return }
        notes.note(
            .callIDInvalid, "Message \(number) has a tool call id that is not nine letters and digits.",
            "Give the call and its answer the same id of that form.")
    }

    private func checkCalls(_ messages: [JSONValue], _ notes: inout RuleNotes) {
        var open: [String] = []
        for (index, message) in messages.enumerated() {
            if message["role"] == "tool" {
                if let place = open.firstIndex(of: message["tool_call_id"]?.stringValue ?? "") {
                    open.remove(at: place)
                } else {
                    notes.note(
                        .toolAnswerWithoutCall, "Message \(index + 1) answers no tool call.", "Name an open call.")
                }
                continue
            }
            if !open.isEmpty {
                notes.note(.toolCallUnanswered, "A tool call has no answer before message \(index + 1).", "Add it.")
            }
            open = (message["tool_calls"]?.arrayValue ?? []).compactMap { $0["id"]?.stringValue }
            if Set(open).count < open.count {
                notes.note(.callIDRepeated, "Message \(index + 1) has two calls of one id.", "Give each its own.")
            }
        }
    }
}
