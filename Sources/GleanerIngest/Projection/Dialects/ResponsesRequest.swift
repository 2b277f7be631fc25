import GleanerCore

/// The Responses API's `instructions` and `input` as chat messages.
enum ResponsesRequest {
    static func read(_ body: JSONValue) -> DialectRequest {
        var request = DialectRequest()
        for name in ["previous_response_id", "conversation", "prompt"] where !(body[name] ?? .null).isNull {
            request.note(DialectRequest.contextIncomplete)
        }
        // The words that are put into a prompt kept by the provider.
        if let variables = body["prompt"]?["variables"]?.objectValue, !variables.isEmpty {
            request.note(DialectRequest.inputPartsLeftOut)
        }
        if let instructions = body["instructions"]?.stringValue {
            request.messages.append(NormalisedMessage.text("system", instructions))
        }
        switch body["input"] {
        case .string(let text): request.messages.append(NormalisedMessage.text("user", text))
        case .array(let items): read(items, into: &request)
        default: break
        }
        return request
    }

    /// Calls and what an assistant said around them are one message, as chat has it.
    private static func read(_ items: [JSONValue], into request: inout DialectRequest) {
        var assistant: NormalisedMessage?
        func close() {
            if let assistant { request.messages.append(assistant.value) }
            assistant = nil
        }
        for item in items {
            let callID = item["call_id"]?.stringValue ?? ""
            let name = item["name"]?.stringValue ?? ""
            switch item["type"]?.stringValue ?? "message" {
            case "message":
                let message = message(item, &request)
                // A second text of the assistant is a turn of its own; one that has only reasoned so far is the same.
                if message.role != "assistant" || assistant?.parts.isEmpty == false || assistant?.calls.isEmpty == false
                {
                    close()
                }
                if message.role == "assistant" {
                    let reasoning = assistant?.reasoning ?? ""
                    assistant = message
                    assistant!.reasoning = reasoning
                } else {
                    request.messages.append(message.value)
                }
            case "reasoning":
                assistant = assistant ?? NormalisedMessage()
                assistant!.reasoning += ResponsesAnswer.reasoning(item)
            case "function_call":
                assistant = assistant ?? NormalisedMessage()
                assistant!.call(id: callID, name: name, arguments: item["arguments"]?.stringValue ?? "")
            case "custom_tool_call":
                assistant = assistant ?? NormalisedMessage()
                assistant!.callCustom(id: callID, name: name, input: item["input"]?.stringValue ?? "")
            case "function_call_output", "custom_tool_call_output":
                close()
                request.messages.append(
                    NormalisedMessage.toolResult(id: callID, content(item["output"], &request)))
            case "item_reference":
                close()
                request.note(DialectRequest.contextIncomplete)
            default:
                close()
                request.note(DialectRequest.inputPartsLeftOut)
            }
        }
        close()
    }

    private static func message(_ item: JSONValue, _ request: inout DialectRequest) -> NormalisedMessage {
        var message = NormalisedMessage()
        message.role = item["role"]?.stringValue ?? "user"
        switch item["content"] {
        case .string(let text): message.say(text)
        case .array(let parts):
            for part in parts {
                if part["type"] == "refusal" {
                    message.refusal += part["refusal"]?.stringValue ?? ""
                } else if let part = chatPart(part) {
                    message.parts.append(part)
                } else {
                    request.note(DialectRequest.inputPartsLeftOut)
                }
            }
        default: break
        }
        return message
    }

    /// What a tool gave back: a text, or a list of parts.
    private static func content(_ output: JSONValue?, _ request: inout DialectRequest) -> JSONValue {
        guard let parts = output?.arrayValue else { return output ?? "" }
        var message = NormalisedMessage()
        message.parts = parts.compactMap(chatPart)
        if message.parts.count < parts.count { request.note(DialectRequest.inputPartsLeftOut) }
        return message.value["content"] ?? ""
    }

    private static func chatPart(_ part: JSONValue) -> JSONValue? {
        switch part["type"]?.stringValue {
        case "input_text", "output_text", "text":
            return part["text"]?.stringValue.map { ["type": "text", "text": .string($0)] }
        case "input_image":
            guard let url = part["image_url"]?.stringValue else { return nil }
            var image: [String: JSONValue] = ["url": .string(url)]
            image["detail"] = part["detail"]
            return ["type": "image_url", "image_url": .object(image)]
        case "input_audio": return part
        case "input_file":
            var file = part.objectValue ?? [:]
            file["type"] = nil
            return ["type": "file", "file": .object(file)]
        default: return nil
        }
    }
}

extension JSONValue {
    var isNull: Bool { self == .null }
}
