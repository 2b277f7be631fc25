extension NastyBehaviour {
    /// In chat, choice 0 calls `f` with `{"x":1}` in three fragments, choice 1 says "Haan"; a comment stands between
    /// them. Other dialects have the call alone.
    static func toolCalls(_ request: ChatRequest) -> ProviderAnswer {
        guard request.dialect == .chat else {
            let call = ChatReply.Call(name: "f", arguments: #"{"x":1}"#)
            let choice = ChatReply.Choice(content: "", finishReason: "tool_calls", call: call)
            return ChatReply(to: request, model: request.model, choices: [choice]).answer(to: request)
        }
        guard request.stream else { return .whole(Array(toolDocument.utf8)) }
        let lines = toolEvents.split(separator: "\n").map { Array("\($0)\n\n".utf8) }
        return .stream(lines)
    }

    private static let toolEvents = #"""
        data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":1,"delta":{"role":"assistant","content":""},"finish_reason":null}],"usage":null}
        : keepalive
        data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":null,"tool_calls":[{"index":0,"id":"call_a","type":"function","function":{"name":"f","arguments":""}},{"index":0,"function":{"arguments":"{\"x\":"}}]},"finish_reason":null}],"usage":null}
        data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":1,"delta":{"content":"Haa"},"finish_reason":null},{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"1}"}}]},"finish_reason":null}],"usage":null}
        data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":1,"delta":{"content":"n"},"finish_reason":"stop"}],"usage":null}
        data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}],"usage":null}
        data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":7,"total_tokens":16,"prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":2}}}
        data: [DONE]
        """#

    private static let toolDocument = #"""
        {"id":"c1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":[{"id":"call_a","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}]},"finish_reason":"tool_calls"},{"index":1,"message":{"role":"assistant","content":"Haan"},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":7,"total_tokens":16,"prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":2}}}
        """#
}
