import GleanerCore

/// Choice 0 of an answer as a client reads it.
struct ChatAnswer: Sendable, Hashable {
    let id: String
    let content: String

    /// `nil` for what is not a whole chat completion; a stream is whole when it ends with `[DONE]`.
    init?(_ body: [UInt8], streamed: Bool) {
        if streamed { self.init(events: body) } else { self.init(document: body) }
    }

    private init?(document body: [UInt8]) {
        guard let document = try? JSONValue(parsing: body), let id = document["id"]?.stringValue,
            let content = document["choices"]?.arrayValue?.first?["message"]?["content"]?.stringValue
        else { return nil }
        self.id = id
        self.content = content
    }

    private init?(events body: [UInt8]) {
        var id: String?
        var content = ""
        var done = false
        for line in body.split(separator: UInt8(ascii: "\n")) where line.starts(with: "data: ".utf8) {
            let payload = line.dropFirst("data: ".utf8.count)
            if payload.starts(with: "[DONE]".utf8) {
                done = true
                break
            }
            guard let chunk = try? JSONValue(parsing: payload), chunk["error"] == nil else { return nil }
            id = id ?? chunk["id"]?.stringValue
            content += chunk["choices"]?.arrayValue?.first?["delta"]?["content"]?.stringValue ?? ""
        }
        guard done, let id else { return nil }
        self.id = id
        self.content = content
    }
}
