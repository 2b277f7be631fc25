import GleanerCore

/// Source: LLaMA-Factory's README on data, `formatting: sharegpt`.
struct ShareGPTRules: LineRules {
    private static let asked: Set<String> = ["human", "observation"]
    private static let answered: Set<String> = ["gpt", "function_call"]

    func check(_ line: [String: JSONValue], _ notes: inout RuleNotes) {
        notes.checkMembers(
            line, of: "a line", known: ["conversations", "system", "tools", "chosen", "rejected", "kto_tag"])
        if line["system"] != nil { notes.text(line["system"], "system", mayBeEmpty: true) }
        if line["tools"] != nil, let text = notes.text(line["tools"], "tools", mayBeEmpty: true), !text.isEmpty {
            notes.checkJSONText(text, "tools", isList: true)
        }
        if line["kto_tag"] != nil { notes.checkLabel(line["kto_tag"], "kto_tag") }
        let isPair = line["chosen"] != nil || line["rejected"] != nil
        if isPair {
            for side in ["chosen", "rejected"] { checkSide(line[side], side, &notes) }
            if line["chosen"] == line["rejected"] {
                notes.note(.sidesEqual, "`chosen` and `rejected` are the same.", "Leave the pair out.")
            }
        }
        guard let said = notes.list(line["conversations"], "conversations") else { return }
        for (place, saying) in said.enumerated() { check(saying, place, &notes) }
        if said.count.isMultiple(of: 2) == isPair {
            notes.note(
                isPair ? .promptEndsWithAnswer : .lastMessageNotAssistant,
                isPair ? "`conversations` ends with an answer." : "`conversations` ends with a question.",
                isPair ? "Keep the answers in chosen and rejected." : "End with the answer to learn.")
        }
    }

    private func check(_ saying: JSONValue, _ place: Int, _ notes: inout RuleNotes) {
        let from = saying["from"]?.stringValue ?? ""
        guard Self.asked.union(Self.answered).contains(from) else {
            return notes.note(
                .unrecognizedRole, "conversations[\(place)] is from `\(from.prefix(64))`.",
                "Use human, gpt, function_call or observation.")
        }
        if Self.asked.contains(from) != place.isMultiple(of: 2) {
            notes.note(
                .rolesNotAlternating, "conversations[\(place)] is from \(from), out of turn.",
                "Questions and answers take turns, a question first.")
        }
        if let text = notes.text(saying["value"], "conversations[\(place)].value"), from == "function_call" {
            notes.checkJSONText(text, "conversations[\(place)].value", isList: false)
        }
    }

    private func checkSide(_ side: JSONValue?, _ name: String, _ notes: inout RuleNotes) {
        guard let from = side?["from"]?.stringValue, Self.answered.contains(from) else {
            return notes.note(
                .outputNotOneMessage, "`\(name)` is no answer.", "Write {\"from\": \"gpt\", \"value\": …}.")
        }
        notes.text(side?["value"], "\(name).value")
    }
}
