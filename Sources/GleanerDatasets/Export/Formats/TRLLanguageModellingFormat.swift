import GleanerCore

/// `{"messages": […]}`: SFTTrainer learns all of it, or with `assistant_only_loss` every answer; weights mean nothing to it.
struct TRLLanguageModellingFormat: LineFormat {
    let schema: ExportSchema

    func write(_ example: CanonicalExample) throws(Unfit) -> Written {
        var line = try example.trlTools(schema)
        line["messages"] = try TRLMessage.all(example.learnt(), schema)
        return Written(.object(line), simplified: example.lossOfMarks())
    }
}
