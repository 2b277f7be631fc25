import GleanerCore

/// `{"prompt": [messages], "completion": [assistant]}`: SFTTrainer learns the completion alone, as weight 0 on the history
/// would have it.
struct TRLPromptCompletionFormat: LineFormat {
    let schema: ExportSchema

    func write(_ example: CanonicalExample) throws(Unfit) -> Written {
        _ = try example.learnt()
        var line = try example.trlTools(schema)
        line["prompt"] = try TRLMessage.all(example.context, schema)
        line["completion"] = try TRLMessage.all(example.answer, before: example.context, schema)
        return Written(.object(line), simplified: example.lossOfMarks().subtracting([.weights]))
    }
}
