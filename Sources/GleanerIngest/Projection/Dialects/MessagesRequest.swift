import GleanerCore

/// Anthropic's `system` and blocks as chat messages.
enum MessagesRequest {
    static func read(_ body: JSONValue) -> DialectRequest {
        var request = DialectRequest()
        if let system = body["system"], !system.isNull {
            let text = text(of: system)
            if !text.isEmpty { request.messages.append(NormalisedMessage.text("system", text)) }
        }
        // Tools on a server of theirs may have been used in an earlier turn.
        if !(body["container"] ?? .null).isNull { request.note(DialectRequest.contextIncomplete) }
        for message in body["messages"]?.arrayValue ?? [] { read(message, into: &request) }
        return request
    }

    private static func read(_ message: JSONValue, into request: inout DialectRequest) {
        var normalised = NormalisedMessage()
        normalised.role = message["role"]?.stringValue ?? "user"
        guard let blocks = message["content"]?.arrayValue else {
            normalised.say(message["content"]?.stringValue ?? "")
            return request.messages.append(normalised.value)
        }
        var results = 0
        for block in blocks {
            if block["type"] == "tool_result" {
                results += 1
                request.messages.append(
                    NormalisedMessage.toolResult(
                        id: block["tool_use_id"]?.stringValue ?? "", result(block["content"])))
            } else if !MessagesAnswer.take(block, into: &normalised) {
                if let part = chatPart(block) {
                    normalised.parts.append(part)
                } else {
                    request.note(DialectRequest.inputPartsLeftOut)
                }
            }
        }
        // A turn that only hands back results has no words of the user.
        if results == 0 || !normalised.parts.isEmpty { request.messages.append(normalised.value) }
    }

    private static func text(of content: JSONValue) -> String {
        content.stringValue ?? (content.arrayValue ?? []).compactMap { $0["text"]?.stringValue }.joined(separator: "\n")
    }

    private static func result(_ content: JSONValue?) -> JSONValue {
        guard let blocks = content?.arrayValue else { return content.map { $0.isNull ? "" : $0 } ?? "" }
        var message = NormalisedMessage()
        for block in blocks where !MessagesAnswer.take(block, into: &message) {
            message.parts.append(chatPart(block) ?? block)
        }
        return message.value["content"] ?? ""
    }

    private static func chatPart(_ block: JSONValue) -> JSONValue? {
        let source = block["source"]
        switch (block["type"]?.stringValue, source?["type"]?.stringValue) {
        case ("image", "base64"):
            let type = source?["media_type"]?.stringValue ?? "image/png"
            let url = "data:\(type);base64,\(source?["data"]?.stringValue ?? "")"
            return ["type": "image_url", "image_url": ["url": .string(url)]]
        case ("image", "url"): return ["type": "image_url", "image_url": ["url": source?["url"] ?? ""]]
        case ("document", "text"): return ["type": "text", "text": source?["data"] ?? ""]
        default: return nil
        }
    }
}
