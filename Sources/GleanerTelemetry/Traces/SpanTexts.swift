import GleanerCore
import OTLP

/// What was said, as attributes of a span: each a text of JSON as OpenTelemetry's conventions for generative AI shape it, and
/// none longer than the limit.
///
/// Images, sounds and files are named by their kind alone. The newest messages are kept, as many as fit; of one that does not
/// fit by itself, the beginnings of its texts.
struct SpanTexts {
    private(set) var attributes: [OTLPKeyValue] = []
    private let limit: Int
    private var isCut = false

    /// - Parameters:
    ///   - texts: `nil` when there was no room for them.
    ///   - limit: bytes of one attribute.
    init(_ texts: StoredCall.Texts?, of endpoint: String, limit: Int) {
        self.limit = limit
        isCut = texts == nil
        var messages = read(texts?.messages)?.arrayValue ?? []
        if Self.keepsInstructionsApart(endpoint), let first = messages.first, first["role"] == "system" {
            add("gen_ai.system_instructions", Self.parts(of: first)) { $0.value(upTo: $1) }
            messages.removeFirst()
        }
        add("gen_ai.input.messages", messages) { message, limit in
            ["role": message["role"] ?? "user", "parts": .array(Self.parts(of: message).map { $0.value(upTo: limit) })]
        }
        let choices = read(texts?.answer)?["choices"]?.arrayValue ?? []
        add("gen_ai.output.messages", choices) { choice, limit in
            let message = choice["message"] ?? .null
            let reason = choice["finish_reason"]?.stringValue ?? "error"
            return [
                "role": message["role"] ?? "assistant", "finish_reason": .string(reason),
                "parts": .array(Self.parts(of: message).map { $0.value(upTo: limit) }),
            ]
        }
        if isCut { attributes.append(.of("gleaner.texts_cut", .boolValue(true))) }
    }

    /// Where instructions are no part of the conversation, they are none here; elsewhere they are its first message.
    private static func keepsInstructionsApart(_ endpoint: String) -> Bool {
        let path = endpoint.prefix { $0 != "?" }
        return path.hasSuffix("/messages") || path.hasSuffix("/responses")
    }

    private mutating func read(_ json: [UInt8]?) -> JSONValue? {
        guard let json else { return nil }
        let value = try? JSONValue(parsing: json)
        if value == nil { isCut = true }
        return value
    }

    /// - Parameter form: of an item, each of its texts no longer than so many bytes.
    private mutating func add<Item>(_ name: String, _ items: [Item], _ form: (Item, Int) -> JSONValue) {
        var kept: [[UInt8]] = []
        // The brackets, and a comma less than there are items.
        var room = limit - 1
        for item in items.reversed() {
            guard let bytes = try? form(item, .max).canonicalBytes(), bytes.count < room else { break }
            room -= bytes.count + 1
            kept.append(bytes)
        }
        if kept.count < items.count { isCut = true }
        if kept.isEmpty, let last = items.last {
            var length = limit
            while kept.isEmpty, length > 0 {
                length /= 2
                if let bytes = try? form(last, length).canonicalBytes(), bytes.count < room { kept = [bytes] }
            }
        }
        guard !kept.isEmpty else { return }
        let json = Array(kept.reversed().joined(separator: [UInt8(ascii: ",")]))
        attributes.append(.text(name, "[\(String(decoding: json, as: UTF8.self))]"))
    }
}

extension SpanTexts {
    /// A part of a message.
    fileprivate struct Part {
        var members: [String: JSONValue]
        /// Which member has the text, if any.
        var textName: String?

        init(_ type: String, _ more: [String: JSONValue] = [:], textName: String? = nil) {
            members = more
            members["type"] = .string(type)
            self.textName = textName
        }

        static func text(_ type: String, _ text: String) -> Part {
            Part(type, ["content": .string(text)], textName: "content")
        }

        func value(upTo limit: Int) -> JSONValue {
            var members = members
            if let textName, let text = members[textName]?.stringValue, text.utf8.count > limit {
                let end = text.utf8.index(text.startIndex, offsetBy: limit)
                members[textName] = .string("\(text[..<end])…")
            }
            return .object(members)
        }
    }

    fileprivate static func parts(of message: JSONValue) -> [Part] {
        if message["role"] == "tool" {
            let response = text(of: message["content"] ?? .null)
            return [
                Part(
                    "tool_call_response", ["id": message["tool_call_id"] ?? "", "response": .string(response)],
                    textName: "response")
            ]
        }
        var parts: [Part] = []
        func say(_ type: String, _ text: JSONValue?) {
            if let text = text?.stringValue, !text.isEmpty { parts.append(.text(type, text)) }
        }
        say("reasoning", message["reasoning_content"])
        say("text", message["content"])
        for part in message["content"]?.arrayValue ?? [] {
            switch part["type"]?.stringValue {
            case "text": say("text", part["text"])
            case "refusal": say("refusal", part["refusal"])
            case let other: parts.append(Part(other ?? "other"))
            }
        }
        say("refusal", message["refusal"])
        parts += (message["tool_calls"]?.arrayValue ?? []).map(call)
        // As it was before there could be several.
        if let function = message["function_call"], function != .null { parts.append(call(["function": function])) }
        return parts
    }

    private static func call(_ call: JSONValue) -> Part {
        let function = call["function"] ?? call["custom"] ?? .null
        return Part(
            "tool_call",
            [
                "id": call["id"] ?? .null, "name": function["name"] ?? "",
                "arguments": function["arguments"] ?? function["input"] ?? "",
            ], textName: "arguments")
    }

    private static func text(of content: JSONValue) -> String {
        content.stringValue ?? (content.arrayValue ?? []).compactMap { $0["text"]?.stringValue }.joined(separator: "\n")
    }
}
