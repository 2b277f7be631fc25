import GleanerCore

extension ChatReply {
    /// The body of an answer that is not streamed.
    func document(for request: ChatRequest) -> JSONValue {
        switch request.dialect {
        case .chat: chatDocument
        case .completions: completionsDocument
        case .responses: responsesDocument(for: request)
        case .messages: messagesDocument
        case .embeddings: embeddingsDocument(for: request)
        case .moderations: moderationsDocument(for: request)
        }
    }

    /// The framed events of a streamed answer, the last ones of which end it.
    func events(for request: ChatRequest) -> [[UInt8]] {
        switch request.dialect {
        case .chat: Self.events(chatChunks(includeUsage: request.includeUsage))
        case .completions: Self.events(completionsChunks(includeUsage: request.includeUsage))
        case .responses: responsesEvents(for: request).map(ServerSentEvent.named)
        case .messages: messagesEvents.map(ServerSentEvent.named)
        case .embeddings, .moderations: []
        }
    }

    /// How many of `events` say that the answer is whole: finish reasons, usage and the terminal event.
    func endingCount(for request: ChatRequest) -> Int {
        switch request.dialect {
        case .chat, .completions: choices.count + (request.includeUsage ? 1 : 0) + 1
        case .responses: 1
        case .messages: 2
        case .embeddings, .moderations: 0
        }
    }

    /// The whole answer in the form that `request` asked for.
    func answer(to request: ChatRequest, headers: [String: String] = [:]) -> ProviderAnswer {
        guard request.stream else { return .whole(headers: headers, document(for: request).wireBytes) }
        return .stream(headers: headers, events(for: request))
    }

    private static func events(_ chunks: [JSONValue]) -> [[UInt8]] {
        chunks.map { ServerSentEvent.data($0.wireBytes) } + [ServerSentEvent.done]
    }

    /// JSON text in the fragments in which a stream carries it.
    static func fragments(of arguments: String) -> [String] {
        var rest = arguments[...]
        var fragments: [String] = []
        while !rest.isEmpty {
            fragments.append(String(rest.prefix(8)))
            rest = rest.dropFirst(8)
        }
        return fragments
    }

    /// `call_`, `toolu_`, `fc_` and digits of this answer.
    func callID(_ prefix: String, _ index: Int) -> String { prefix + id.suffix(20) + String(index) }
}

/// Framing of `text/event-stream`.
enum ServerSentEvent {
    static func data(_ payload: [UInt8]) -> [UInt8] { Array("data: ".utf8) + payload + Array("\n\n".utf8) }
    static let done = data(Array("[DONE]".utf8))

    /// An event whose name is the `type` of its document.
    static func named(_ document: JSONValue) -> [UInt8] {
        Array("event: \(document["type"]?.stringValue ?? "message")\n".utf8) + data(document.wireBytes)
    }
}
