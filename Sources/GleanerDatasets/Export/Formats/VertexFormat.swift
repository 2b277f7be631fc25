import GleanerCore

/// `{"systemInstruction", "contents": [{"role": "user"|"model", "parts": […]}], "tools"}` for Gemini on Vertex AI. Images
/// must lie in Cloud Storage; a tool's answer is a user's part that names the function.
struct VertexFormat: LineFormat {
    func write(_ example: CanonicalExample) throws(Unfit) -> Written {
        let turns = try Turns(example.learnt()).joined()
        var lost = turns.simplified.union(example.lossOfMarks()).subtracting([.partsJoined])
        var names: [String: String] = [:]
        var contents: [(role: String, parts: [JSONValue])] = []
        for turn in turns.rest {
            for call in turn.calls { names[call.id] = call.name }
            let role = turn.role == .assistant ? "model" : "user"
            let parts = try Self.parts(turn, names, &lost)
            // Answers of parallel calls belong to one turn.
            if contents.last?.role == role, turn.role == .tool {
                contents[contents.count - 1].parts += parts
            } else {
                contents.append((role, parts))
            }
        }
        for (place, content) in contents.enumerated()
        where content.role != (place.isMultiple(of: 2) ? "user" : "model") { throw .notAlternating }
        var line: [String: JSONValue] = [
            "contents": .array(contents.map { ["role": .string($0.role), "parts": .array($0.parts)] })
        ]
        if let system = turns.system, !system.isEmpty {
            line["systemInstruction"] = ["role": "system", "parts": [["text": .string(system)]]]
        }
        if !example.tools.isEmpty {
            line["tools"] = [["functionDeclarations": .array(example.tools.map { $0["function"] ?? $0 })]]
        }
        return Written(.object(line), simplified: lost)
    }

    private static func parts(
        _ turn: Turn, _ names: [String: String], _ lost: inout Set<Simplification>
    ) throws(Unfit) -> [JSONValue] {
        if turn.role == .tool { return [try answer(turn, names)] }
        var parts: [JSONValue] = []
        for part in turn.parts {
            switch part {
            case .text(let text): if !text.isEmpty { parts.append(["text": .string(text)]) }
            case .image(let url, let hasDetail):
                guard turn.role == .user, url.hasPrefix("gs://"), let type = ImageType(ofFile: url) else {
                    throw .images
                }
                if hasDetail { lost.insert(.imageDetail) }
                parts.append(["fileData": ["mimeType": .string(type.mimeType), "fileUri": .string(url)]])
            case .other: throw .otherParts
            }
        }
        for call in turn.calls {
            parts.append(["functionCall": ["name": .string(call.name), "args": try call.argumentsObject()]])
        }
        if parts.isEmpty { throw .emptyText }
        return parts
    }

    private static func answer(_ turn: Turn, _ names: [String: String]) throws(Unfit) -> JSONValue {
        guard let name = turn.callID.flatMap({ names[$0] }) else { throw .unreadable }
        let text = try turn.text()
        let object = (try? JSONValue(parsing: text.utf8)).flatMap { $0.objectValue == nil ? nil : $0 }
        return [
            "functionResponse": ["name": .string(name), "response": object ?? ["result": .string(text)]]
        ]
    }
}
