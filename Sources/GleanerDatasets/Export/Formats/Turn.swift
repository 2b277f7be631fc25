import GleanerCore

/// One message of an example.
struct Turn: Sendable, Hashable {
    enum Role: String, Sendable, Hashable { case system, user, assistant, tool }
    enum Part: Sendable, Hashable {
        case text(String)
        case image(url: String, hasDetail: Bool)
        case other
    }
    struct Call: Sendable, Hashable {
        let id: String
        let name: String
        /// JSON, as a string.
        let arguments: String

        /// - Throws: `Unfit.arguments` when they are no object.
        func argumentsObject() throws(Unfit) -> JSONValue {
            guard let value = try? JSONValue(parsing: arguments.utf8), value.objectValue != nil else {
                throw .arguments
            }
            return value
        }
    }

    let role: Role
    /// Empty when there is no content. Text that was one string is one part.
    var parts: [Part]
    let calls: [Call]
    let callID: String?
    let name: String?
    let weight: Int?
    /// As it was frozen.
    let source: JSONValue

    static func all(_ messages: JSONValue?) throws(Unfit) -> [Turn] {
        guard let messages = messages?.arrayValue, !messages.isEmpty else { throw .unreadable }
        var turns: [Turn] = []
        turns.reserveCapacity(messages.count)
        for message in messages { turns.append(try Turn(message)) }
        return turns
    }

    init(_ message: JSONValue) throws(Unfit) {
        guard let written = message["role"]?.stringValue,
            let role = Role(rawValue: written == "developer" ? "system" : written)
        else { throw .unreadable }
        self.role = role
        source = message
        switch message["content"] {
        case .string(let text): parts = text.isEmpty ? [] : [.text(text)]
        case .array(let written): parts = written.map(Self.part)
        case nil, .null?: parts = []
        default: throw .unreadable
        }
        // A refusal is what the assistant said.
        if parts.isEmpty, let refusal = message["refusal"]?.stringValue, !refusal.isEmpty { parts = [.text(refusal)] }
        var calls: [Call] = []
        for call in message["tool_calls"]?.arrayValue ?? [] {
            guard let function = call["function"], let name = function["name"]?.stringValue,
                let arguments = function["arguments"]?.stringValue
            else { throw .unreadable }
            calls.append(Call(id: call["id"]?.stringValue ?? "", name: name, arguments: arguments))
        }
        self.calls = calls
        callID = message["tool_call_id"]?.stringValue
        name = message["name"]?.stringValue
        weight = message["weight"]?.intValue.map(Int.init)
    }

    private static func part(_ part: JSONValue) -> Part {
        switch part["type"]?.stringValue {
        case "text": .text(part["text"]?.stringValue ?? "")
        case "refusal": .text(part["refusal"]?.stringValue ?? "")
        case "image_url":
            .image(url: part["image_url"]?["url"]?.stringValue ?? "", hasDetail: part["image_url"]?["detail"] != nil)
        default: .other
        }
    }

    /// The text, parts joined by a line break.
    /// - Throws: `images` or `otherParts` when it is not all.
    func text() throws(Unfit) -> String {
        var texts: [String] = []
        for part in parts {
            switch part {
            case .text(let text): texts.append(text)
            case .image: throw .images
            case .other: throw .otherParts
            }
        }
        return texts.joined(separator: "\n")
    }

    /// The text of a message that must have some.
    func someText() throws(Unfit) -> String {
        let text = try text()
        if text.isEmpty { throw .emptyText }
        return text
    }
}
