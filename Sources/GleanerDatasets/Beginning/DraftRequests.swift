import Foundation
import GleanerCore

/// The two kinds of calls to a teacher, and what its replies say.
enum DraftRequests {
    /// Questions asked for at once: more of them repeat each other.
    static let batch = 20

    static func questions(_ settings: DraftSettings, about topic: String, avoiding known: [String]) throws -> [UInt8] {
        var wish = """
            Write \(batch) different messages that real users could send it about: \(topic).
            Vary what they want, how long they are and how carefully they are written, as people do. Write them in the \
            languages that such users use with it.
            """
        if !settings.examples.isEmpty {
            wish +=
                "\nIn the style of these:\n" + settings.examples.prefix(20).map { "- \($0)" }.joined(separator: "\n")
        }
        if !known.isEmpty {
            wish += "\nDo not repeat any of these:\n" + known.suffix(30).map { "- \($0)" }.joined(separator: "\n")
        }
        wish += "\nAnswer with a JSON array of \(batch) strings and nothing else."
        return try body(
            settings.teacher,
            "You write what users send to a chatbot. The chatbot works by this system message:\n\n" + settings.system,
            wish)
    }

    /// What the bot itself would be sent.
    static func answer(_ settings: DraftSettings, to question: String) throws -> [UInt8] {
        try body(settings.teacher, settings.system, question)
    }

    private static func body(_ model: String, _ system: String, _ user: String) throws -> [UInt8] {
        let value: JSONValue = [
            "model": .string(model),
            "messages": [
                ["role": "system", "content": .string(system)], ["role": "user", "content": .string(user)],
            ],
        ]
        return try value.canonicalBytes()
    }
}

/// A completion as far as a draft needs it.
struct TeacherAnswer {
    let text: String
    /// It ended by itself, and not at a limit or a filter.
    let isWhole: Bool
    let promptTokens: Int32?
    let completionTokens: Int32?

    /// `nil` when it is no completion with a text.
    init?(_ body: [UInt8]) {
        guard let document = try? JSONValue(parsing: body), let choice = document["choices"]?.arrayValue?.first,
            let text = choice["message"]?["content"]?.stringValue?.trimmingSpaces(), !text.isEmpty
        else { return nil }
        self.text = text
        isWhole = [nil, "stop"].contains(choice["finish_reason"]?.stringValue)
        promptTokens = document["usage"]?["prompt_tokens"]?.intValue.flatMap { Int32(exactly: $0) }
        completionTokens = document["usage"]?["completion_tokens"]?.intValue.flatMap { Int32(exactly: $0) }
    }

    /// The questions in it: the first JSON array of strings, or else its lines without bullets and numbers.
    var questions: [String] {
        if let start = text.firstIndex(of: "["), let end = text.lastIndex(of: "]"), start < end,
            let array = try? JSONValue(parsing: text[start...end].utf8).arrayValue
        {
            return array.compactMap(\.stringValue).map { $0.trimmingSpaces() }.filter { !$0.isEmpty }
        }
        return text.split(whereSeparator: \.isNewline).compactMap { line in
            let bare = line.drop { $0.isWhitespace || $0.isNumber || ["-", "*", "•", ".", ")"].contains($0) }
            let question = String(bare).trimmingSpaces()
            return question.count < 3 || line.hasPrefix("```") ? nil : question
        }
    }
}
