import GleanerCore

/// `{"prompt": […], "completion": [assistant], "label": true}` for KTOTrainer; a pair becomes two lines, the preferred
/// answer with true and the other with false.
struct TRLKTOFormat: LineFormat {
    let schema: ExportSchema

    func write(_ example: CanonicalExample) throws(Unfit) -> Written {
        let lost = example.lossOfMarks().subtracting([.weights])
        guard example.kind == .preference else {
            return Written([try line(example, example.answer, example.isGood ?? true)], simplified: lost)
        }
        guard example.answer != example.rejected else { throw .sidesEqual }
        return Written(
            [try line(example, example.answer, true), try line(example, example.rejected, false)], simplified: lost)
    }

    private func line(_ example: CanonicalExample, _ answer: [Turn], _ label: Bool) throws(Unfit) -> JSONValue {
        var line = try example.trlTools(schema)
        line["prompt"] = try TRLMessage.all(example.context, schema)
        line["completion"] = try TRLMessage.all(answer, before: example.context, schema)
        line["label"] = .bool(label)
        return .object(line)
    }
}
