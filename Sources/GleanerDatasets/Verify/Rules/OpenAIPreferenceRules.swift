import GleanerCore

/// Source: OpenAI's guide to direct preference optimization, and Azure's.
struct OpenAIPreferenceRules: LineRules {
    func check(_ line: [String: JSONValue], _ notes: inout RuleNotes) {
        notes.checkMembers(line, of: "a pair", known: ["input", "preferred_output", "non_preferred_output"])
        if let input = line["input"]?.objectValue {
            checkInput(input, &notes)
        } else {
            notes.note(.missingKey, "`input` is missing or no object.", "Write {\"messages\": […]}.")
        }
        for name in ["preferred_output", "non_preferred_output"] {
            guard let messages = notes.list(line[name], name) else { continue }
            checkOutput(messages, name, &notes)
        }
        if let preferred = line["preferred_output"], preferred == line["non_preferred_output"] {
            notes.note(.sidesEqual, "Both outputs are the same.", "Leave the pair out.")
        }
    }

    private func checkInput(_ input: [String: JSONValue], _ notes: inout RuleNotes) {
        notes.checkMembers(input, of: "`input`", known: ["messages", "tools", "parallel_tool_calls"])
        guard let messages = notes.list(input["messages"], "input.messages") else { return }
        var checker = LineChecker(maximumTokens: .max)
        for (number, message) in messages.enumerated() { checker.check(message, number + 1) }
        for problem in checker.problems { notes.note(problem.fault, problem.what, problem.fix) }
        if messages.last?["role"] == "assistant" {
            notes.note(.promptEndsWithAnswer, "`input` ends with an answer.", "Move it to the outputs.")
        }
    }

    private func checkOutput(_ messages: [JSONValue], _ name: String, _ notes: inout RuleNotes) {
        guard messages.count == 1, messages[0]["role"] == "assistant" else {
            return notes.note(
                .outputNotOneMessage, "`\(name)` is not one assistant message.", "Write the answer alone.")
        }
        var checker = LineChecker(maximumTokens: .max)
        checker.check(messages[0], 1)
        for problem in checker.problems { notes.note(problem.fault, "In `\(name)`: \(problem.what)", problem.fix) }
        guard let parts = messages[0]["content"]?.arrayValue, parts.contains(where: { $0["type"] != "text" }) else {
            return
        }
        notes.note(.partUnknown, "`\(name)` holds more than text.", "Use text alone.")
    }
}
