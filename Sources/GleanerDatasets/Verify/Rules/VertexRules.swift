import GleanerCore

/// Source: Google's guide, "Prepare supervised fine-tuning data for Gemini models".
struct VertexRules: LineRules {
    private static let parts: Set<String> = ["text", "fileData", "functionCall", "functionResponse"]

    func check(_ line: [String: JSONValue], _ notes: inout RuleNotes) {
        notes.checkMembers(line, of: "a line", known: ["systemInstruction", "contents", "tools"])
        if line["systemInstruction"] != nil,
            let parts = notes.list(line["systemInstruction"]?["parts"], "systemInstruction.parts")
        {
            for part in parts { notes.text(part["text"], "systemInstruction.parts.text") }
        }
        if line["tools"] != nil { _ = notes.list(line["tools"], "tools") }
        guard let contents = notes.list(line["contents"], "contents") else { return }
        for (place, content) in contents.enumerated() {
            notes.checkMembers(content.objectValue ?? [:], of: "contents[\(place)]", known: ["role", "parts"])
            guard let parts = notes.list(content["parts"], "contents[\(place)].parts") else { continue }
            for part in parts { check(part, place, &notes) }
        }
        notes.checkTurns(contents, answerer: "model")
        checkResponses(contents, &notes)
    }

    private func check(_ part: JSONValue, _ place: Int, _ notes: inout RuleNotes) {
        let kinds = Self.parts.intersection((part.objectValue ?? [:]).keys)
        guard kinds.count == 1, let kind = kinds.first else {
            return notes.note(
                .partUnknown,
                "contents[\(place)] has a part that is not one of text, fileData, functionCall, functionResponse.",
                "Write one of these in each part.")
        }
        switch kind {
        case "text": notes.text(part["text"], "contents[\(place)].text")
        case "fileData":
            if part["fileData"]?["fileUri"]?.stringValue?.hasPrefix("gs://") != true {
                notes.note(
                    .imageElsewhere, "contents[\(place)] has a file that is not in Cloud Storage.", "Upload it there.")
            }
            notes.text(part["fileData"]?["mimeType"], "contents[\(place)].mimeType")
        default:
            notes.text(part[kind]?["name"], "contents[\(place)].\(kind).name")
            if part[kind]?[kind == "functionCall" ? "args" : "response"]?.objectValue == nil {
                notes.note(
                    .wrongType, "contents[\(place)].\(kind) has no object.", "Write arguments and answers as objects.")
            }
        }
    }

    /// As many responses as calls in the turn before.
    private func checkResponses(_ contents: [JSONValue], _ notes: inout RuleNotes) {
        func count(_ kind: String, _ content: JSONValue?) -> Int {
            content?["parts"]?.arrayValue?.filter { $0[kind] != nil }.count ?? 0
        }
        for (place, content) in contents.enumerated() {
            let answers = count("functionResponse", content)
            let calls = place > 0 ? count("functionCall", contents[place - 1]) : 0
            if answers > calls {
                notes.note(
                    .toolAnswerWithoutCall, "contents[\(place)] answers more calls than there are.", "Remove it.")
            } else if calls > answers {
                notes.note(
                    .toolCallUnanswered, "contents[\(place)] does not answer every call before it.", "Add the answer.")
            }
        }
    }
}
