/// What rollups tell exchanges apart by. The raw value is the column of the report views, and what documents and URLs say.
public enum ReportSlice: String, Sendable, Hashable, CaseIterable, Codable {
    case route, variant, provider, model, language, prompt, source

    /// The parameter of a search for exchanges that finds just those with a value, `(none)` too. A search's `model` is the
    /// one that was asked for where none served.
    public var searchName: String { self == .model ? "served_model" : rawValue }
}
