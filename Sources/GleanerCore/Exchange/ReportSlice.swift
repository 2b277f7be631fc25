/// What rollups tell exchanges apart by. The raw value is the column of the report views, and what documents and URLs say.
public enum ReportSlice: String, Sendable, Hashable, CaseIterable, Codable {
    case route, variant, provider, model, language, prompt, source
}
