public import GleanerCore

/// What a chat message holds: text, and parts that are none.
public struct MessageContent: Sendable, Hashable {
    public enum Part: Sendable, Hashable {
        case text(String)
        /// Something that is not text, by its kind and, where it has one, its address, which nobody opens.
        case other(kind: String, address: String?)

        public var text: String? {
            if case .text(let text) = self { text } else { nil }
        }
    }

    public let parts: [Part]

    /// - Parameter content: a string, an array of parts, or null.
    public init(_ content: JSONValue?) {
        switch content {
        case .string(let text): parts = text.isEmpty ? [] : [.text(text)]
        case .array(let elements): parts = elements.map(Self.part)
        default: parts = []
        }
    }

    private static func part(_ element: JSONValue) -> Part {
        if let text = element["text"]?.stringValue ?? element["refusal"]?.stringValue ?? element.stringValue {
            return .text(text)
        }
        let kind = element["type"]?.stringValue ?? "part"
        let address = element["image_url"]?["url"]?.stringValue ?? element["file"]?["filename"]?.stringValue
        return .other(kind: kind, address: address)
    }
}
