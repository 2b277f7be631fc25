import GleanerCore
import SimdJSON

/// Anthropic's events from `message_start` to `message_stop`; `ping` may come at any time.
struct MessagesStreamAssembler: EventAssembler {
    /// A block as it started, and what its deltas have said.
    private struct Block {
        var start: JSONValue = [:]
        var text = StreamedText()
        var json = StreamedText()
    }
    private var answer = ChatAnswer()
    private var blocks = Indexed<Block>()
    private var usage: MessagesUsage?
    private var stopReason: String?
    private var hasStarted = false
    private var hasStopped = false

    init() {}

    mutating func take(_ event: JSONElement) -> Bool {
        let index = event["index"]?.wholeNumber ?? 0
        switch event["type"]?.string {
        case "message_start":
            hasStarted = true
            answer.completionID = event["message"]?["id"]?.string
            answer.model = event["message"]?["model"]?.string
            take(usage: event["message"]?["usage"])
        case "content_block_start":
            guard let start = event["content_block"].flatMap({ try? JSONValue($0) }) else { return false }
            blocks.change(index, else: Block()) { $0.start = start }
        case "content_block_delta":
            guard let delta = event["delta"] else { return false }
            return blocks.change(index, else: Block()) { block in
                switch delta["type"]?.string {
                case "text_delta": block.text.append(delta["text"])
                case "thinking_delta": block.text.append(delta["thinking"])
                case "input_json_delta": block.json.append(delta["partial_json"])
                // Signatures and citations are in the bytes.
                default: true
                }
            }
        case "message_delta":
            stopReason = event["delta"]?["stop_reason"]?.string ?? stopReason
            take(usage: event["usage"])
        case "message_stop": hasStopped = true
        case "error": answer.hasError = true
        case nil:
            if let error = event["error"], !error.isNull { answer.hasError = true } else { return false }
        default: break
        }
        return true
    }

    private mutating func take(usage element: JSONElement?) {
        guard let value = element.flatMap({ try? JSONValue($0) }) else { return }
        usage = (usage ?? MessagesUsage()).updated(by: value)
    }

    func finished() -> ChatAnswer {
        var answer = answer
        let ordered = blocks.sorted.map(\.element)
        answer.usage = usage?.usage
        if !ordered.isEmpty || stopReason != nil {
            answer.setOnly(message: MessagesAnswer.message(ordered.map(Self.finished)), finishReason: stopReason)
        }
        if ordered.contains(where: { $0.text.isRepaired || $0.json.isRepaired }) { answer.repairs.insert(.surrogates) }
        answer.isComplete = hasStarted && hasStopped && stopReason != nil && !answer.hasError
        return answer
    }

    private static func finished(_ block: Block) -> JSONValue {
        var members = block.start.objectValue ?? [:]
        switch members["type"]?.stringValue {
        case "text": members["text"] = .string((members["text"]?.stringValue ?? "") + block.text.string)
        case "thinking": members["thinking"] = .string((members["thinking"]?.stringValue ?? "") + block.text.string)
        // The fragments are kept as text: what breaks off is no JSON. None at all means no arguments.
        case "tool_use": if !block.json.isEmpty { members["input"] = .string(block.json.string) }
        case nil where !block.text.isEmpty:
            members["type"] = "text"
            members["text"] = .string(block.text.string)
        default: break
        }
        return .object(members)
    }
}
