import AsyncPostgres
import GleanerCore
import SimdJSON

/// An answer in one shape, whether it came as JSON or as a stream.
struct ChatAnswer: Hashable {
    var completionID: String?
    var model: String?
    var usage: Usage?
    /// What is kept in `exchange_bodies.answer`: `{"choices": [{"index", "message", "finish_reason"}, …]}` by `index`;
    /// `nil` when there is no choice, or none that can be kept.
    var document: JSONB?
    /// Of the first choice.
    var finishReason: String?
    /// An error object came instead of, or in the middle of, the answer.
    var hasError = false
    /// Whole by its own format.
    var isComplete = false
    var repairs: Repairs = []

    /// `document` and `finishReason` as values.
    var choices: [JSONValue] {
        get { document.flatMap { try? JSONValue(parsing: $0.bytes)["choices"]?.arrayValue } ?? [] }
        set {
            var writer = JSONWriter(replacingNUL: true)
            writer.raw(#"{"choices":"#)
            let isWritten: Void? = try? JSONValue.array(newValue).write(to: &writer)
            writer.raw("}")
            repairs.take(from: writer)
            if isWritten == nil { repairs.insert(.numbers) }
            document = newValue.isEmpty || isWritten == nil ? nil : JSONB(bytes: writer.bytes)
            finishReason = newValue.first?["finish_reason"]?.stringValue
        }
    }
}

extension ChatAnswer {
    /// An answer that came as one JSON document, `bytes`.
    init(json: JSONDocument, of bytes: [UInt8]) {
        self.init()
        for member in json.members {
            if member.key == "id" {
                completionID = member.value.string
            } else if member.key == "model" {
                model = member.value.string
            } else if member.key == "usage" {
                usage = Usage(member.value)
            } else if member.key == "error" {
                hasError = !member.value.isNull
            } else if member.key == "choices" {
                take(choices: member, json, bytes)
            }
        }
        isComplete = isComplete && !hasError
    }

    private mutating func take(choices member: JSONDocument.Member, _ json: JSONDocument, _ bytes: [UInt8]) {
        let elements = Array(member.value.elements)
        guard !elements.isEmpty else { return }
        func index(_ choice: JSONElement) -> Int64 { choice["index"]?.wholeNumber ?? 0 }
        let isSorted = zip(elements, elements.dropFirst()).allSatisfy { index($0) <= index($1) }
        let first = isSorted ? elements[0] : elements.min { index($0) < index($1) }!
        finishReason = first["finish_reason"]?.string
        isComplete = elements.allSatisfy { $0["finish_reason"]?.text != nil }

        var target = Array(#"{"choices":"#.utf8)
        guard json.append(member.value, at: member.valueRange, of: bytes, to: &target, &repairs) else { return }
        target.append(UInt8(ascii: "}"))
        document = JSONB(bytes: target)
        if !isSorted { choices.sort { ($0["index"]?.intValue ?? 0) < ($1["index"]?.intValue ?? 0) } }
    }
}
