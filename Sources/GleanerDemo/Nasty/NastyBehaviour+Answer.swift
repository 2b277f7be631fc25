import GleanerCore

extension NastyBehaviour {
    func answer(to request: ChatRequest) -> ProviderAnswer {
        switch self {
        case .silent: ProviderAnswer([.silence])
        case .reset: ProviderAnswer([.cut])
        case .stall(let count): Self.usual(request, atLeast: count).interrupted(after: count, by: .silence)
        case .cut(let count): Self.usual(request, atLeast: count).interrupted(after: count, by: .cut)
        case .noDone: Self.withoutEnding(request)
        case .status(let status):
            ProviderRefusal.trouble(status).answer(headers: status == 429 || status == 503 ? ["retry-after": "1"] : [:])
        case .errorEvent: Self.errorEvent(request)
        case .html:
            .whole(contentType: "text/html", Array("<!doctype html><title>502</title><h1>Bad gateway</h1>".utf8))
        case .empty: .whole([])
        case .idNull: Self.replacingID(request)
        case .unicode: Self.escapes(request, deltas: [#"Bindi \u0000 "#, #"aur smile \ud83d"#, #"\ude42"#, " bas."])
        case .surrogate: Self.escapes(request, deltas: ["Aadha ", #"\ud83d"#, " smile."])
        case .slow(let milliseconds): Self.usual(request).slowed(by: .milliseconds(milliseconds))
        case .huge(let mebibytes): Self.huge(request, mebibytes: mebibytes)
        case .crlf: Self.oddFraming(request)
        case .tools: Self.toolCalls(request)
        }
    }

    private static let words = Pieces.of(
        "Namaste! Yeh jawab jaanbujhkar mushkil banaya gaya hai, taaki gateway har haal mein sahi rahe. Chai garam hai."
    )

    private static func reply(_ request: ChatRequest, atLeast pieces: Int = 0) -> ChatReply {
        let repeats = pieces / words.count + 1
        let text = (0..<repeats).map { _ in words.joined() }.joined(separator: " ")
        let choices = (0..<request.choices).map { _ in ChatReply.Choice(content: text, finishReason: "stop") }
        return ChatReply(to: request, model: request.model, choices: choices)
    }

    /// A sound answer with at least `chunks` pieces: events of a stream, else 32 bytes each.
    private static func usual(_ request: ChatRequest, atLeast chunks: Int = 0) -> ProviderAnswer {
        let answer = reply(request, atLeast: chunks).answer(to: request)
        return request.stream ? answer : answer.inPieces(of: 32)
    }

    private static func withoutEnding(_ request: ChatRequest) -> ProviderAnswer {
        guard request.stream else { return usual(request) }
        let unfinished = reply(request).chunks(includeUsage: false).filter {
            $0["choices"]?.arrayValue?.first?["finish_reason"] == .null
        }
        return .stream(unfinished.map { ServerSentEvent.data($0.wireBytes) })
    }

    /// Not streamed, there is no event to send an error in: the error is the whole body, under 200.
    private static func errorEvent(_ request: ChatRequest) -> ProviderAnswer {
        let error = ProviderRefusal.trouble(500).document.wireBytes
        guard request.stream else { return .whole(error) }
        let start = reply(request).chunks(includeUsage: false).prefix(4).map { ServerSentEvent.data($0.wireBytes) }
        return .stream(start + [ServerSentEvent.data(error)])
    }

    private static func replacingID(_ request: ChatRequest) -> ProviderAnswer {
        func anonymous(_ document: JSONValue) -> JSONValue {
            var members = document.objectValue ?? [:]
            members["id"] = .null
            return .object(members)
        }
        let reply = reply(request)
        guard request.stream else { return .whole(anonymous(reply.document).wireBytes) }
        let chunks = reply.chunks(includeUsage: request.includeUsage).map(anonymous)
        return .stream(chunks.map { ServerSentEvent.data($0.wireBytes) } + [ServerSentEvent.done])
    }

    /// Written as text, since no `JSONValue` holds half a surrogate pair. `deltas` are JSON escapes already.
    private static func escapes(_ request: ChatRequest, deltas: [String]) -> ProviderAnswer {
        let id = reply(request).id
        func head(_ object: String) -> String {
            #"{"id":"\#(id)","object":"\#(object)","created":1793491200,"model":"\#(request.model)","#
                + #""choices":[{"index":0,"#
        }
        guard request.stream else {
            let message = #""message":{"role":"assistant","content":"\#(deltas.joined())"},"finish_reason":"stop"}],"#
            let usage = #""usage":{"prompt_tokens":4,"completion_tokens":4,"total_tokens":8}}"#
            return .whole(Array((head("chat.completion") + message + usage).utf8))
        }
        let chunks = deltas.map {
            head("chat.completion.chunk") + #""delta":{"content":"\#($0)"},"finish_reason":null}]}"#
        }
        let last = head("chat.completion.chunk") + #""delta":{},"finish_reason":"stop"}]}"#
        return .stream((chunks + [last]).map { ServerSentEvent.data(Array($0.utf8)) } + [ServerSentEvent.done])
    }

    /// One 64 KiB event, or piece of a body, many times over: the bytes are shared, so size costs the provider nothing.
    private static func huge(_ request: ChatRequest, mebibytes: Int) -> ProviderAnswer {
        let filler = String(repeating: "chai ", count: 65_536 / 5 + 1).prefix(65_536)
        var reply = reply(request)
        reply.choices = [ChatReply.Choice(content: "CUT", finishReason: "stop")]
        guard request.stream else {
            let parts = String(decoding: reply.document.wireBytes, as: UTF8.self).split(separator: "CUT")
            let middle = Array(repeating: ProviderAnswer.Step.bytes(Array(filler.utf8)), count: mebibytes * 16)
            return ProviderAnswer(
                [.head(status: 200, headers: ["content-type": "application/json"]), .bytes(Array(parts[0].utf8))]
                    + middle + [.bytes(Array(parts[1].utf8))])
        }
        let chunks = reply.chunks(includeUsage: request.includeUsage).map { ServerSentEvent.data($0.wireBytes) }
        let big = String(decoding: chunks[1], as: UTF8.self).replacing("CUT", with: filler)
        let middle = Array(repeating: Array(big.utf8), count: mebibytes * 16)
        return .stream([chunks[0]] + middle + chunks[2...] + [ServerSentEvent.done])
    }

    /// Legal all the same: CRLF line ends, comments, an event name, and each chunk broken over two `data:` lines.
    private static func oddFraming(_ request: ChatRequest) -> ProviderAnswer {
        guard request.stream else { return usual(request) }
        let chunks = reply(request).chunks(includeUsage: request.includeUsage).map { chunk -> [UInt8] in
            let text = String(decoding: chunk.wireBytes, as: UTF8.self)
            // Between two members of the outermost object white space means nothing, and a line break is white space.
            let broken = text.replacing(#","created""#, with: ",\r\ndata:\"created\"", maxReplacements: 1)
            return Array(": OPENROUTER PROCESSING\r\ndata: \(broken)\r\nid: 7\r\n\r\n".utf8)
        }
        return .stream([Array(": hello\r\n\r\n".utf8)] + chunks + [Array("data: [DONE]\r\n\r\n".utf8)])
    }
}
