import GleanerCore

/// Source: LLaMA-Factory's README on data, its default format.
struct AlpacaRules: LineRules {
    func check(_ line: [String: JSONValue], _ notes: inout RuleNotes) {
        notes.checkMembers(
            line, of: "a line",
            known: ["instruction", "input", "output", "system", "history", "chosen", "rejected", "kto_tag"])
        notes.text(line["instruction"], "instruction")
        for name in ["input", "system"] where line[name] != nil { notes.text(line[name], name, mayBeEmpty: true) }
        if line["chosen"] != nil || line["rejected"] != nil {
            for side in ["chosen", "rejected"] { notes.text(line[side], side) }
            if line["chosen"] == line["rejected"] {
                notes.note(.sidesEqual, "`chosen` and `rejected` are the same.", "Leave the pair out.")
            }
        } else {
            notes.text(line["output"], "output")
        }
        if line["kto_tag"] != nil { notes.checkLabel(line["kto_tag"], "kto_tag") }
        guard let history = line["history"] else { return }
        let isPairs =
            history.arrayValue?.allSatisfy { pair in
                pair.arrayValue.map { $0.count == 2 && $0.allSatisfy { $0.stringValue != nil } } ?? false
            } ?? false
        if !isPairs {
            notes.note(.wrongType, "`history` is not a list of pairs of texts.", "Write [[question, answer], …].")
        }
    }
}
