import GleanerCore
import SimdJSON

/// Typed events of the Responses API. The terminal one carries the whole response; the deltas count only if it never
/// comes.
struct ResponsesStreamAssembler: EventAssembler {
    /// An output item as far as it has come.
    private struct Item {
        /// As `response.output_item.added`, later `….done`, says it.
        var value: JSONValue = [:]
        var isDone = false
        /// Texts by `content_index` or `summary_index`; a refusal, arguments or a tool's input are one text.
        var texts = Indexed<StreamedText>()
        var refusal = StreamedText()
        var input = StreamedText()
    }
    private var answer = ChatAnswer()
    private var items = Indexed<Item>()
    private var terminal: ChatAnswer?

    init() {}

    mutating func take(_ event: JSONElement) -> Bool {
        guard let type = event["type"]?.string else {
            // Some compatible servers send a bare error object.
            if let error = event["error"], !error.isNull { answer.hasError = true }
            return event["error"] != nil
        }
        switch type {
        case "response.completed", "response.incomplete", "response.failed", "response.cancelled":
            guard let response = event["response"].flatMap({ try? JSONValue($0) }) else { return false }
            terminal = ResponsesAnswer.read(response)
            if type == "response.failed" { terminal!.hasError = true }
        case "response.created", "response.in_progress", "response.queued":
            answer.completionID = event["response"]?["id"]?.string ?? answer.completionID
            answer.model = event["response"]?["model"]?.string ?? answer.model
        case "error": answer.hasError = true
        case "response.output_item.added", "response.output_item.done":
            guard let item = event["item"].flatMap({ try? JSONValue($0) }) else { return false }
            return change(event) { known in
                known.value = item
                known.isDone = type.hasSuffix("done")
                return true
            }
        case "response.output_text.delta", "response.reasoning_summary_text.delta", "response.reasoning_text.delta":
            let place = (event["content_index"] ?? event["summary_index"])?.wholeNumber ?? 0
            return change(event) { $0.texts.change(place, else: StreamedText()) { $0.append(event["delta"]) } }
        case "response.refusal.delta": return change(event) { $0.refusal.append(event["delta"]) }
        case "response.function_call_arguments.delta", "response.custom_tool_call_input.delta":
            return change(event) { $0.input.append(event["delta"]) }
        default: break
        }
        return true
    }

    private mutating func change(_ event: JSONElement, _ body: (inout Item) -> Bool) -> Bool {
        items.change(event["output_index"]?.wholeNumber ?? 0, else: Item(), body)
    }

    func finished() -> ChatAnswer {
        if var answer = terminal {
            answer.hasError = answer.hasError || self.answer.hasError
            answer.isComplete = answer.isComplete && !answer.hasError
            return answer
        }
        var answer = answer
        let output = items.sorted.map { $0.element.isDone ? $0.element.value : Self.unfinished($0.element) }
        if !output.isEmpty { answer.setOnly(message: ResponsesAnswer.message(output), finishReason: nil) }
        return answer
    }

    /// The item with what its deltas have said.
    private static func unfinished(_ item: Item) -> JSONValue {
        var members = item.value.objectValue ?? [:]
        let texts: [JSONValue] = item.texts.sorted.map { ["type": "output_text", "text": .string($0.element.string)] }
        switch members["type"]?.stringValue {
        case "function_call": members["arguments"] = .string(item.input.string)
        case "custom_tool_call": members["input"] = .string(item.input.string)
        case "reasoning": members["summary"] = .array(texts)
        default:
            // Deltas without their item are a message: nothing else has output text.
            members["type"] = members["type"] ?? "message"
            let refusal: [JSONValue] =
                item.refusal.isEmpty ? [] : [["type": "refusal", "refusal": .string(item.refusal.string)]]
            members["content"] = .array(texts + refusal)
        }
        return .object(members)
    }
}
