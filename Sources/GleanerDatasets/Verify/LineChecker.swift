import Foundation
import GleanerCore

/// Checks one line against the published rules for supervised chat examples.
///
/// Source: OpenAI's API reference and the checks of its cookbook; the codes are the cookbook's where it has one.
struct LineChecker {
    typealias Problem = (severity: Finding.Severity, code: String, what: String, fix: String)

    let maximumTokens: Int
    private(set) var problems: [Problem] = []
    private(set) var tokens = 0

    init(maximumTokens: Int) { self.maximumTokens = maximumTokens }

    /// - Returns: `false` when the line is not even JSON.
    mutating func check(_ line: [UInt8]) -> Bool {
        problems = []
        tokens = 0
        checkBytes(line)
        guard let document = try? JSONValue(parsing: line) else {
            error("not_json", "The line is not a JSON document.", "Write one JSON object per line.")
            return false
        }
        guard let members = document.objectValue else {
            error("data_type", "The line is not an object.", "Write {\"messages\": […]}.")
            return true
        }
        for member in members.keys.sorted()
        where !["messages", "tools", "parallel_tool_calls", "functions"].contains(member) {
            error(
                "unrecognized_key", "`\(member)` is not allowed beside `messages`.",
                "Keep ids and notes in a file of their own.")
        }
        guard let messages = members["messages"]?.arrayValue, !messages.isEmpty else {
            error("missing_messages_list", "`messages` is missing or empty.", "Add the conversation.")
            return true
        }
        for (number, message) in messages.enumerated() { check(message, number + 1) }
        checkOrder(messages)
        checkTools(messages)
        checkLength(messages)
        return true
    }

    private mutating func checkBytes(_ line: [UInt8]) {
        if line.starts(with: [0xEF, 0xBB, 0xBF]) {
            error("byte_order_mark", "The line begins with a byte order mark.", "Save as UTF-8 without it.")
        }
        if line.last == 0x0D { error("carriage_return", "The line ends with CR LF.", "End lines with LF alone.") }
        if String(validating: line, as: UTF8.self) == nil {
            error("not_utf8", "The line is not UTF-8.", "Save as UTF-8.")
        }
    }

    private static let known: Set<String> = [
        "role", "content", "name", "tool_calls", "tool_call_id", "function_call", "weight", "refusal",
    ]

    private mutating func check(_ message: JSONValue, _ number: Int) {
        guard let members = message.objectValue else {
            return error("data_type", "Message \(number) is not an object.", "Write {\"role\": …, \"content\": …}.")
        }
        for member in members.keys.sorted() where !Self.known.contains(member) {
            error(
                "message_unrecognized_key", "Message \(number) has an unknown member `\(member.prefix(64))`.",
                "Remove it.")
        }
        guard let role = members["role"]?.stringValue else {
            return error(
                "message_missing_key", "Message \(number) has no role.", "Add system, user, assistant or tool.")
        }
        guard ["system", "user", "assistant", "tool", "function"].contains(role) else {
            return error(
                "unrecognized_role", "Message \(number) has the role `\(role.prefix(64))`.",
                "Use system, user, assistant or tool.")
        }
        checkContent(members, role, number)
        if let weight = members["weight"] {
            if role != "assistant" {
                error("weight_misplaced", "Message \(number) has a weight, but is not the assistant's.", "Remove it.")
            } else if ![0, 1].contains(weight.intValue ?? -1) {
                error(
                    "weight_invalid", "Message \(number)'s weight is neither 0 nor 1.", "Use 0 for context, 1 to train."
                )
            }
        }
    }

    private mutating func checkContent(_ members: [String: JSONValue], _ role: String, _ number: Int) {
        let hasCalls =
            members["tool_calls"]?.arrayValue?.isEmpty == false || members["function_call"]?.objectValue != nil
        switch members["content"] {
        case .string(let text):
            if text.isEmpty, !hasCalls { error("missing_content", "Message \(number) is empty.", "Give it text.") }
        case .array(let parts):
            if role == "assistant", parts.contains(where: { $0["type"] == "image_url" }) {
                error(
                    "image_misplaced", "Message \(number) has an image from the assistant.",
                    "Only users may send images.")
            }
        case nil, .null?:
            if !(role == "assistant" && (hasCalls || members["refusal"]?.stringValue != nil)) {
                error("missing_content", "Message \(number) has no content.", "Give it text.")
            }
        default: error("missing_content", "Message \(number)'s content is neither text nor parts.", "Use a string.")
        }
    }

    private mutating func checkOrder(_ messages: [JSONValue]) {
        let answers = messages.filter { $0["role"] == "assistant" }
        if answers.isEmpty {
            error("example_missing_assistant_message", "There is no assistant message.", "Add the answer to learn.")
        } else if answers.allSatisfy({ $0["weight"]?.intValue == 0 }) {
            error("nothing_to_learn", "Every assistant message has weight 0.", "Give one of them weight 1.")
        }
        if messages.last?["role"] != "assistant" {
            error(
                "last_message_not_assistant", "The last message is not the assistant's.",
                "End with the answer to learn.")
        }
        if messages.dropFirst().contains(where: { $0["role"] == "system" }), messages.first?["role"] != "system" {
            problems.append((.warning, "system_not_first", "A system message stands in the middle.", "Put it first."))
        }
    }

    private mutating func checkTools(_ messages: [JSONValue]) {
        var open: [String] = []
        for (index, message) in messages.enumerated() {
            if message["role"] == "tool" {
                if let id = message["tool_call_id"]?.stringValue, let place = open.firstIndex(of: id) {
                    open.remove(at: place)
                } else {
                    error(
                        "tool_answer_without_call", "Message \(index + 1) answers no tool call.",
                        "Name an open call in tool_call_id.")
                }
                continue
            }
            if !open.isEmpty { unanswered(&open) }
            for call in message["tool_calls"]?.arrayValue ?? [] {
                if let id = call["id"]?.stringValue { open.append(id) }
                if call["function"]?["arguments"]?.stringValue == nil {
                    error(
                        "arguments_not_text", "Message \(index + 1) calls a tool without a string of arguments.",
                        "Write the arguments as a JSON string.")
                }
            }
        }
    }

    private mutating func unanswered(_ open: inout [String]) {
        error(
            "tool_call_unanswered", "A tool call has no answer before the conversation goes on.",
            "Add the tool message.")
        open = []
    }

    private mutating func checkLength(_ messages: [JSONValue]) {
        let count = TokenEstimate.example(messages)
        tokens = count.estimate
        let fix = "Shorten it: a trainer cuts the end off, and with it the answer."
        if count.estimate > maximumTokens {
            error("too_many_tokens", "About \(count.estimate) tokens, and the limit is \(maximumTokens).", fix)
        } else if count.upperBound > maximumTokens {
            problems.append(
                (
                    .warning, "maybe_too_many_tokens",
                    "About \(count.estimate) tokens, at most \(count.upperBound); the limit is \(maximumTokens).", fix
                ))
        }
    }

    private mutating func error(_ code: String, _ what: String, _ fix: String) {
        problems.append((.error, code, what, fix))
    }
}
