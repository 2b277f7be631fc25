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
            ProviderRefusal.trouble(status).answer(
                in: request.dialect, headers: [429, 503, 529].contains(status) ? ["retry-after": "1"] : [:])
        case .errorEvent: Self.errorEvent(request)
        case .failed: Self.failed(request)
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

    static func reply(_ request: ChatRequest, atLeast pieces: Int = 0) -> ChatReply {
        let repeats = pieces / words.count + 1
        return reply(request, saying: (0..<repeats).map { _ in words.joined() }.joined(separator: " "))
    }

    private static func reply(_ request: ChatRequest, saying text: String) -> ChatReply {
        let choice = ChatReply.Choice(content: text, finishReason: "stop")
        let choices = Array(repeating: choice, count: request.choices * request.prompts.count)
        return ChatReply(to: request, model: request.model, choices: choices)
    }

    /// A sound answer with at least `chunks` pieces: events of a stream, else 32 bytes each.
    private static func usual(_ request: ChatRequest, atLeast chunks: Int = 0) -> ProviderAnswer {
        let answer = reply(request, atLeast: chunks).answer(to: request)
        return request.stream ? answer : answer.inPieces(of: 32)
    }

    private static func withoutEnding(_ request: ChatRequest) -> ProviderAnswer {
        guard request.stream else { return usual(request) }
        let reply = reply(request)
        return .stream(reply.events(for: request).dropLast(reply.endingCount(for: request)))
    }

    /// Not streamed, there is no event to send an error in: the error is the whole body, under 200.
    private static func errorEvent(_ request: ChatRequest) -> ProviderAnswer {
        let error = ProviderRefusal.trouble(request.dialect == .messages ? 529 : 500).document(in: request.dialect)
        guard request.stream else { return .whole(error.wireBytes) }
        let start = reply(request).events(for: request).prefix(4)
        let event =
            switch request.dialect {
            case .messages: ServerSentEvent.named(error)
            case .responses: ServerSentEvent.named(responsesError(number: start.count))
            default: ServerSentEvent.data(error.wireBytes)
            }
        return .stream(start + [event])
    }

    private static func responsesError(number: Int) -> JSONValue {
        [
            "type": "error", "code": "server_error", "param": .null, "sequence_number": .integer(Int64(number)),
            "message": "The server had an error while processing your request.",
        ]
    }

    /// The Responses API has a terminal event for it; elsewhere the error event is what there is.
    private static func failed(_ request: ChatRequest) -> ProviderAnswer {
        guard request.dialect == .responses else { return errorEvent(request) }
        let error: JSONValue = ["code": "server_error", "message": "The model failed to answer."]
        let reply = reply(request)
        let response = reply.response("failed", for: request, error: error)
        guard request.stream else { return .whole(response.wireBytes) }
        let events = reply.events(for: request).dropLast()
        let last = ChatReply.numbered([["type": "response.failed", "response": response]], from: events.count)
        return .stream(events + last.map(ServerSentEvent.named))
    }

    private static func replacingID(_ request: ChatRequest) -> ProviderAnswer {
        let reply = reply(request)
        func anonymous(_ bytes: [UInt8]) -> [UInt8] {
            Array(String(decoding: bytes, as: UTF8.self).replacing("\"id\":\"\(reply.id)\"", with: "\"id\":null").utf8)
        }
        guard request.stream else { return .whole(anonymous(reply.document(for: request).wireBytes)) }
        return .stream(reply.events(for: request).map(anonymous))
    }

    /// Written as text, since no `JSONValue` holds half a surrogate pair. `deltas` are JSON escapes already: the reply
    /// says `@0 @1 …`, and each of these makes way for one of them.
    private static func escapes(_ request: ChatRequest, deltas: [String]) -> ProviderAnswer {
        let reply = reply(request, saying: deltas.indices.map { "@\($0)" }.joined(separator: " "))
        func escaped(_ bytes: [UInt8]) -> [UInt8] {
            var text = String(decoding: bytes, as: UTF8.self)
            for (index, delta) in deltas.enumerated() {
                text = text.replacing(index == 0 ? "@0" : " @\(index)", with: delta)
            }
            return Array(text.utf8)
        }
        guard request.stream else { return .whole(escaped(reply.document(for: request).wireBytes)) }
        return .stream(reply.events(for: request).map(escaped))
    }

    /// One 64 KiB event, or piece of a body, many times over: the bytes are shared, so size costs the provider nothing.
    /// What other events of a stream repeat of the text stays short.
    private static func huge(_ request: ChatRequest, mebibytes: Int) -> ProviderAnswer {
        let filler = String(repeating: "chai ", count: 65_536 / 5 + 1).prefix(65_536)
        let reply = reply(request, saying: "CUT")
        guard request.stream else {
            let text = String(decoding: reply.document(for: request).wireBytes, as: UTF8.self)
            guard let cut = text.firstRange(of: "CUT") else { return usual(request) }
            let middle = Array(repeating: ProviderAnswer.Step.bytes(Array(filler.utf8)), count: mebibytes * 16)
            return ProviderAnswer(
                [
                    .head(status: 200, headers: ["content-type": "application/json"]),
                    .bytes(Array(text[..<cut.lowerBound].utf8)),
                ] + middle + [.bytes(Array(text[cut.upperBound...].utf8))])
        }
        let events = reply.events(for: request)
        guard let place = events.firstIndex(where: { $0.firstRange(of: Array("CUT".utf8)) != nil }) else {
            return usual(request)
        }
        let big = String(decoding: events[place], as: UTF8.self).replacing("CUT", with: filler)
        let middle = Array(repeating: Array(big.utf8), count: mebibytes * 16)
        return .stream(events[..<place] + middle + events[(place + 1)...])
    }

    /// Legal all the same: CRLF line ends, comments, an id, and events broken over two `data:` lines.
    private static func oddFraming(_ request: ChatRequest) -> ProviderAnswer {
        guard request.stream else { return usual(request) }
        let events = reply(request).events(for: request).map { event -> [UInt8] in
            var text = String(decoding: event, as: UTF8.self).replacing("\n", with: "\r\n")
            // Between two members of an object white space means nothing, and a line break is white space. A quote
            // inside a string is escaped, so these marks are found between members only.
            for mark in [#","created""#, #","sequence_number""#, #","index""#] where text.contains(mark) {
                text = text.replacing(mark, with: ",\r\ndata:" + mark.dropFirst(), maxReplacements: 1)
                break
            }
            return Array(": OPENROUTER PROCESSING\r\nid: 7\r\n\(text)".utf8)
        }
        return .stream([Array(": hello\r\n\r\n".utf8)] + events)
    }
}
