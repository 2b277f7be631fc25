import GleanerCore

extension ChatReply {
    /// From `response.created` to `response.completed` or `response.incomplete`.
    func responsesEvents(for request: ChatRequest) -> [JSONValue] {
        var events: [JSONValue] = [
            ["type": "response.created", "response": response("in_progress", for: request)],
            ["type": "response.in_progress", "response": response("in_progress", for: request)],
        ]
        for (index, item) in outputItems.enumerated() { events += itemEvents(item, at: Int64(index)) }
        events.append(["type": .string("response.\(finalStatus)"), "response": response(finalStatus, for: request)])
        return Self.numbered(events)
    }

    /// Each with its `sequence_number`, from 0.
    static func numbered(_ events: [JSONValue], from first: Int = 0) -> [JSONValue] {
        events.enumerated().map { number, event in
            var members = event.objectValue ?? [:]
            members["sequence_number"] = .integer(Int64(first + number))
            return .object(members)
        }
    }

    private func itemEvents(_ item: JSONValue, at index: Int64) -> [JSONValue] {
        let id = item["id"] ?? .null
        func event(_ type: String, _ members: [String: JSONValue]) -> JSONValue {
            let place: [String: JSONValue] = [
                "type": .string(type), "output_index": .integer(index), "item_id": id,
            ]
            return .object(place.merging(members) { _, given in given })
        }
        func added(_ item: JSONValue) -> JSONValue {
            ["type": "response.output_item.added", "output_index": .integer(index), "item": item]
        }
        let done: JSONValue = ["type": "response.output_item.done", "output_index": .integer(index), "item": item]

        switch item["type"]?.stringValue {
        case "reasoning":
            let text = item["summary"]?.arrayValue?.first?["text"]?.stringValue ?? ""
            let part: JSONValue = ["type": "summary_text", "text": .string(text)]
            return [
                added(["id": id, "type": "reasoning", "summary": []]),
                event(
                    "response.reasoning_summary_part.added",
                    [
                        "summary_index": 0, "part": ["type": "summary_text", "text": ""],
                    ]),
            ]
                + Pieces.of(text).map {
                    event("response.reasoning_summary_text.delta", ["summary_index": 0, "delta": .string($0)])
                } + [
                    event("response.reasoning_summary_text.done", ["summary_index": 0, "text": .string(text)]),
                    event("response.reasoning_summary_part.done", ["summary_index": 0, "part": part]), done,
                ]
        case "function_call":
            let arguments = item["arguments"]?.stringValue ?? ""
            let call = Call(name: item["name"]?.stringValue ?? "", arguments: arguments)
            return [added(callItem(call, arguments: "", status: "in_progress"))]
                + Self.fragments(of: arguments).map {
                    event("response.function_call_arguments.delta", ["delta": .string($0)])
                } + [
                    event(
                        "response.function_call_arguments.done",
                        ["arguments": .string(arguments), "name": .string(call.name)]), done,
                ]
        default:
            let part = item["content"]?.arrayValue?.first ?? textPart("")
            let text = part["text"] ?? ""
            return [
                added(messageItem([], status: "in_progress")),
                event("response.content_part.added", ["content_index": 0, "part": textPart("")]),
            ]
                + Pieces.of(text.stringValue ?? "").map {
                    event("response.output_text.delta", ["content_index": 0, "delta": .string($0), "logprobs": []])
                } + [
                    event("response.output_text.done", ["content_index": 0, "text": text, "logprobs": []]),
                    event("response.content_part.done", ["content_index": 0, "part": part]), done,
                ]
        }
    }
}
