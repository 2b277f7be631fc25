import GleanerCore

/// What a call waits for: all that is new in it, and whether that is all words.
extension ConversationText {
    struct Whole: Hashable {
        var text: String?
        /// Nothing was cut off, and nothing was there that is not text: pictures, sounds, files.
        var isWhole: Bool
    }

    /// What stands behind the model's last turn, whoever said it: users, tools, instructions in between, and the
    /// beginning of an answer that the client has written itself. What came before was judged when it was new.
    ///
    /// - Parameter system: whether the system prompt is judged with what follows it; one that nothing follows always is.
    static func waiting(_ messages: JSONValue, system: Bool) -> Whole {
        guard let messages = messages.arrayValue else { return Whole(text: nil, isWhole: false) }
        func isModel(_ message: JSONValue) -> Bool { message["role"] == "assistant" }
        let begun = messages.lastIndex { !isModel($0) }.map { $0 + 1 } ?? messages.count
        let first = messages[..<begun].lastIndex(where: isModel).map { $0 + 1 } ?? 0
        let leading = messages.prefix { ["system", "developer"].contains($0["role"]?.stringValue) }.count
        var new = Array(messages[max(first, leading)...])
        if system || new.isEmpty { new = messages.prefix(leading) + new }
        var reading = Reading()
        for message in new { reading.read(message: message) }
        return whole(reading.texts, isWhole: reading.isWhole)
    }

    /// As `response`, and whether that is all the answer holds.
    static func answer(_ answer: JSONValue) -> Whole {
        var reading = Reading()
        for choice in answer["choices"]?.arrayValue ?? [] {
            reading.read(message: choice["message"] ?? choice["text"] ?? .null)
        }
        return whole(reading.texts, isWhole: reading.isWhole)
    }

    /// Gathers texts, and notices what is none.
    private struct Reading {
        var texts: [String] = []
        var isWhole = true

        mutating func read(message: JSONValue) {
            switch message {
            case .null: break
            case .string(let text): texts.append(text)
            case .object(let members):
                read(content: members["content"] ?? .null)
                if let refusal = members["refusal"]?.stringValue { texts.append(refusal) }
                if !(members["audio"] ?? .null).isNothing { isWhole = false }
                for call in members["tool_calls"]?.arrayValue ?? [] {
                    let said = call["function"]?["arguments"]?.stringValue ?? call["custom"]?["input"]?.stringValue
                    if let said { texts.append(said) } else { isWhole = false }
                }
            default: isWhole = false
            }
        }

        private mutating func read(content: JSONValue) {
            switch content {
            case .null: break
            case .string(let text): texts.append(text)
            case .array(let parts): for part in parts { read(part: part) }
            default: isWhole = false
            }
        }

        private mutating func read(part: JSONValue) {
            if let text = part.stringValue ?? part["text"]?.stringValue ?? part["refusal"]?.stringValue {
                texts.append(text)
            } else if let content = part["content"] {
                read(content: content)
            } else {
                isWhole = false
            }
        }
    }
}

extension JSONValue {
    fileprivate var isNothing: Bool { self == .null }
}
