import GleanerCore

/// An answer in one shape, whether it came as JSON or as a stream.
struct ChatAnswer: Hashable {
    var completionID: String?
    var model: String?
    var usage: Usage?
    /// By `index`; each `{"index", "message", "finish_reason"}`.
    var choices: [JSONValue] = []
    /// An error object came instead of, or in the middle of, the answer.
    var hasError = false
    /// Whole by its own format.
    var isComplete = false

    var finishReason: String? { choices.first?["finish_reason"]?.stringValue }

    /// The projection kept in `exchange_bodies.answer`.
    var document: JSONValue { ["choices": .array(choices)] }
}
