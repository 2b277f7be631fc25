import GleanerCore

/// `{"system", "messages": [{"role", "content"}…]}` for Claude on Bedrock: text alone, user first, assistant last, roles
/// that alternate, no other member.
struct BedrockClaudeFormat: LineFormat {
    func write(_ example: CanonicalExample) throws(Unfit) -> Written {
        guard !example.usesTools else { throw .tools }
        let turns = try Turns(example.learnt()).joined().alternating()
        var messages: [JSONValue] = []
        for turn in turns.rest {
            messages.append(["role": .string(turn.role.rawValue), "content": .string(try turn.someText())])
        }
        var line: [String: JSONValue] = ["messages": .array(messages)]
        if let system = turns.system, !system.isEmpty { line["system"] = .string(system) }
        return Written(.object(line), simplified: turns.simplified.union(example.lossOfMarks()))
    }
}
