import GleanerCore

/// `{"instruction", "input", "output", "system", "history": [[question, answer]…]}`; a pair has `chosen` and `rejected` for
/// `output`, a single judgement adds `kto_tag`. LLaMA-Factory learns the history's answers, too.
struct AlpacaFormat: LineFormat {
    let schema: ExportSchema

    func write(_ example: CanonicalExample) throws(Unfit) -> Written {
        guard !example.usesTools else { throw .tools }
        if example.kind == .sft { _ = try example.learnt() }
        let turns = try Turns(example.context).joined().alternating()
        guard let question = turns.rest.last, question.role == .user else { throw .noQuestion }
        var line: [String: JSONValue] = [
            "instruction": .string(try question.someText()), "input": "", "system": .string(turns.system ?? ""),
        ]
        if schema.history { line["history"] = try Self.history(turns.rest.dropLast()) }
        if example.kind == .preference {
            let sides = try example.sides()
            line["chosen"] = .string(try sides.chosen.someText())
            line["rejected"] = .string(try sides.rejected.someText())
        } else {
            line["output"] = .string(try example.answer[0].someText())
        }
        if let isGood = example.isGood { line["kto_tag"] = .bool(isGood) }
        return Written(.object(line), simplified: turns.simplified.union(example.lossOfMarks()))
    }

    private static func history(_ turns: ArraySlice<Turn>) throws(Unfit) -> JSONValue {
        var pairs: [JSONValue] = []
        var question: String?
        for turn in turns {
            let text = try turn.someText()
            if let asked = question {
                pairs.append([.string(asked), .string(text)])
                question = nil
            } else {
                question = text
            }
        }
        return .array(pairs)
    }
}
