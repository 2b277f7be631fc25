extension DatasetVersion {
    /// What one example of a version is, and so which formats can hold it.
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        /// `{"messages": […]}`: a conversation that ends with the answer to learn.
        case sft
        /// `{"input": {"messages": […]}, "preferred_output": […], "non_preferred_output": […]}`.
        case preference
        /// `{"messages": […], "label": true}`: whether the last answer was good.
        case unpaired
    }
}
