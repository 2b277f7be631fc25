import GleanerCore

/// A `response` object of the Responses API, whole or as the terminal event of a stream carries it.
enum ResponsesAnswer {
    static func read(_ response: JSONValue) -> ChatAnswer {
        var answer = ChatAnswer()
        let status = response["status"]?.stringValue
        answer.hasError = (response["error"].map { !$0.isNull } ?? false) || status == "failed"
        answer.completionID = response["id"]?.stringValue
        answer.model = response["model"]?.stringValue
        answer.usage = response["usage"].flatMap(Usage.init(responses:))
        // `incomplete` is an answer that ran into a limit: whole by its format, as `finish_reason: length` is.
        answer.isComplete = !answer.hasError && (status == "completed" || status == "incomplete")
        let reason = response["incomplete_details"]?["reason"]?.stringValue ?? status
        if let output = response["output"]?.arrayValue, !output.isEmpty {
            answer.setOnly(message: message(output), finishReason: reason)
        } else {
            answer.finishReason = reason
        }
        return answer
    }

    /// All output items as one assistant message; texts are joined as the SDKs' `output_text` is. Items of other kinds,
    /// such as searches, are in the bytes only.
    static func message(_ output: [JSONValue]) -> JSONValue {
        var message = NormalisedMessage()
        for item in output {
            let callID = item["call_id"]?.stringValue ?? ""
            let name = item["name"]?.stringValue ?? ""
            switch item["type"]?.stringValue {
            case "message":
                for part in item["content"]?.arrayValue ?? [] {
                    if let text = part["text"]?.stringValue { message.say(text) }
                    message.refusal += part["refusal"]?.stringValue ?? ""
                }
            case "function_call":
                message.call(id: callID, name: name, arguments: item["arguments"]?.stringValue ?? "")
            case "custom_tool_call":
                message.callCustom(id: callID, name: name, input: item["input"]?.stringValue ?? "")
            case "reasoning": message.reasoning += reasoning(item)
            default: break
            }
        }
        return message.value
    }

    /// The text of a reasoning item: what it says in full where that is given, else the summary.
    static func reasoning(_ item: JSONValue) -> String {
        let full = (item["content"]?.arrayValue ?? []).compactMap { $0["text"]?.stringValue }
        let summary = (item["summary"]?.arrayValue ?? []).compactMap { $0["text"]?.stringValue }
        return (full.isEmpty ? summary : full).joined(separator: "\n")
    }
}
