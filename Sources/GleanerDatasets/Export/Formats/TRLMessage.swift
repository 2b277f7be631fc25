import GleanerCore

/// Messages as TRL's conversational formats have them, of one schema for the whole file.
///
/// `datasets` reads a column with one type. So all messages have the same members: text is never null, and where some
/// example of the version uses tools, every message has all members of a call. Tools and arguments are JSON strings:
/// as objects they would be read as one struct with the members of all of them, filled with nulls.
enum TRLMessage {
    static func all(_ turns: [Turn], before: [Turn] = [], _ schema: ExportSchema) throws(Unfit) -> JSONValue {
        var names: [String: String] = [:]
        var messages: [JSONValue] = []
        for turn in before { for call in turn.calls { names[call.id] = call.name } }
        for turn in turns {
            for call in turn.calls { names[call.id] = call.name }
            messages.append(try one(turn, names, schema))
        }
        return .array(messages)
    }

    private static func one(_ turn: Turn, _ names: [String: String], _ schema: ExportSchema) throws(Unfit) -> JSONValue
    {
        var members: [String: JSONValue] = [
            "role": .string(turn.role.rawValue), "content": .string(try turn.text()),
        ]
        if schema.tools {
            members["tool_call_id"] = .string(turn.callID ?? "")
            // TRL knows a tool's answer by the function's name.
            members["name"] = .string(turn.role == .tool ? turn.callID.flatMap { names[$0] } ?? "" : "")
            members["tool_calls"] = .array(
                turn.calls.map { call in
                    [
                        "id": .string(call.id), "type": "function",
                        "function": ["name": .string(call.name), "arguments": .string(call.arguments)],
                    ]
                })
        }
        return .object(members)
    }
}

extension CanonicalExample {
    /// Members that are the same in all of TRL's formats.
    func trlTools(_ schema: ExportSchema) throws(Unfit) -> [String: JSONValue] {
        guard schema.tools else { return [:] }
        guard let text = try? JSONValue.array(tools).canonicalBytes() else { throw .unreadable }
        return ["tools": .string(String(decoding: text, as: UTF8.self))]
    }
}
