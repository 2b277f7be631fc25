import GleanerCore

/// `{"prompt": […], "chosen": [assistant], "rejected": [assistant]}`, the prompt apart: DPOTrainer and its kin.
struct TRLPreferenceFormat: LineFormat {
    let schema: ExportSchema

    func write(_ example: CanonicalExample) throws(Unfit) -> Written {
        guard example.answer != example.rejected else { throw .sidesEqual }
        var line = try example.trlTools(schema)
        line["prompt"] = try TRLMessage.all(example.context, schema)
        line["chosen"] = try TRLMessage.all(example.answer, before: example.context, schema)
        line["rejected"] = try TRLMessage.all(example.rejected, before: example.context, schema)
        return Written(.object(line), simplified: example.lossOfMarks().subtracting([.weights]))
    }
}
