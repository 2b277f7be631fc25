import GleanerCore

/// `{"conversations": [{"from", "value"}…], "system", "tools"}`: human and observation in odd places, gpt and function_call
/// in even ones; a pair adds `chosen` and `rejected`, a single judgement `kto_tag`.
///
/// Source: LLaMA-Factory's `formatting: sharegpt`.
struct ShareGPTFormat: LineFormat {
    func write(_ example: CanonicalExample) throws(Unfit) -> Written {
        let isPair = example.kind == .preference
        let turns = try Turns(isPair ? example.context : judged(example)).joined()
        var line: [String: JSONValue] = ["system": .string(turns.system ?? ""), "tools": ""]
        if !example.tools.isEmpty {
            guard let text = try? JSONValue.array(example.tools.map { $0["function"] ?? $0 }).canonicalBytes() else {
                throw .unreadable
            }
            line["tools"] = .string(String(decoding: text, as: UTF8.self))
        }
        var said: [JSONValue] = []
        for (place, turn) in turns.rest.enumerated() {
            let isAsked = turn.role == .user || turn.role == .tool
            guard isAsked == place.isMultiple(of: 2) else { throw .notAlternating }
            said.append(try Self.saying(turn))
        }
        line["conversations"] = .array(said)
        if isPair {
            guard !said.count.isMultiple(of: 2) else { throw .notAlternating }
            let sides = try example.sides()
            line["chosen"] = try Self.saying(sides.chosen)
            line["rejected"] = try Self.saying(sides.rejected)
        }
        if let isGood = example.isGood { line["kto_tag"] = .bool(isGood) }
        var lost = turns.simplified.union(example.lossOfMarks())
        if isPair { lost.remove(.weights) }
        return Written(.object(line), simplified: lost)
    }

    /// The bad ones as well: that is what `kto_tag` is for.
    private func judged(_ example: CanonicalExample) throws(Unfit) -> [Turn] {
        example.kind == .unpaired ? example.context + example.answer : try example.learnt()
    }

    private static func saying(_ turn: Turn) throws(Unfit) -> JSONValue {
        guard let call = turn.calls.first else {
            let from =
                switch turn.role {
                case .user, .system: "human"
                case .tool: "observation"
                case .assistant: "gpt"
                }
            return ["from": .string(from), "value": .string(try turn.someText())]
        }
        guard turn.calls.count == 1 else { throw .parallelCalls }
        guard turn.parts.isEmpty else { throw .textBesideCalls }
        let value: JSONValue = ["name": .string(call.name), "arguments": try call.argumentsObject()]
        guard let text = try? value.canonicalBytes() else { throw .unreadable }
        return ["from": "function_call", "value": .string(String(decoding: text, as: UTF8.self))]
    }
}
