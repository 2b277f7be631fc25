import Foundation
import GleanerCore

/// Checks one line against its format's published rules; those for supervised chat examples are here.
///
/// Source: OpenAI's API reference and the checks of its cookbook; the codes are the cookbook's where it has one.
struct LineChecker {
    typealias Problem = (fault: Fault, what: String, fix: String)

    let maximumTokens: Int
    let format: ExportFormat
    /// Of the lines so far, where the format wants one for all.
    private var shape = LineShape.unknown
    private(set) var problems: [Problem] = []
    private(set) var tokens = 0

    init(maximumTokens: Int, format: ExportFormat = .openAISFT) {
        self.maximumTokens = maximumTokens
        self.format = format
    }

    /// Checks a line without its newline; `problems` and `tokens` are of this line alone.
    mutating func check(_ line: [UInt8]) {
        problems = []
        tokens = 0
        checkBytes(line)
        guard let document = try? JSONValue(parsing: line) else {
            return note(.notJSON, "The line is not a JSON document.", "Write one JSON object per line.")
        }
        check(document)
    }

    private mutating func check(_ document: JSONValue) {
        guard let members = document.objectValue else {
            return note(.dataType, "The line is not an object.", "Write {\"messages\": […]}.")
        }
        if let rules = format.rules { return check(document, members, rules) }
        for member in members.keys.sorted()
        where !["messages", "tools", "parallel_tool_calls", "functions"].contains(member) {
            note(
                .unrecognizedKey, "`\(member)` is not allowed beside `messages`.",
                "Keep ids and notes in a file of their own.")
        }
        guard let messages = members["messages"]?.arrayValue, !messages.isEmpty else {
            return note(.missingMessagesList, "`messages` is missing or empty.", "Add the conversation.")
        }
        for (number, message) in messages.enumerated() { check(message, number + 1) }
        checkOrder(messages)
        checkTools(messages)
        checkLength(TokenEstimate.example(messages))
    }

    private mutating func check(_ document: JSONValue, _ members: [String: JSONValue], _ rules: any LineRules) {
        var notes = RuleNotes()
        rules.check(members, &notes)
        problems += notes.problems
        if format.hasFixedSchema {
            if let joined = shape.joined(with: LineShape(document)) {
                shape = joined
            } else {
                note(
                    .schemaChanges, "The line has other members, or other types, than those above.",
                    "Give every line the same members of the same types.")
            }
        }
        checkLength(TokenEstimate.leaves(document))
    }

    private mutating func checkBytes(_ line: [UInt8]) {
        if line.starts(with: [0xEF, 0xBB, 0xBF]) {
            note(.byteOrderMark, "The line begins with a byte order mark.", "Save as UTF-8 without it.")
        }
        if line.last == 0x0D { note(.carriageReturn, "The line ends with CR LF.", "End lines with LF alone.") }
        if String(validating: line, as: UTF8.self) == nil {
            note(.notUTF8, "The line is not UTF-8.", "Save as UTF-8.")
        }
        if line.contains(0) {
            note(.nulByte, "The line holds NUL bytes, as UTF-16 does.", "Save as UTF-8.")
        }
        if Self.holdsLineSeparator(line) {
            note(
                .lineSeparator, "The line holds U+2028 or U+2029 as it is.",
                "Write it as the escape \\u2028 or \\u2029.")
        }
    }

    /// E2 80 A8 or E2 80 A9.
    private static func holdsLineSeparator(_ line: [UInt8]) -> Bool {
        line.indices.dropFirst(2).contains { line[$0 - 2] == 0xE2 && line[$0 - 1] == 0x80 && line[$0] | 1 == 0xA9 }
    }

    private static let known: Set<String> = [
        "role", "content", "name", "tool_calls", "tool_call_id", "function_call", "weight", "refusal",
    ]

    mutating func check(_ message: JSONValue, _ number: Int) {
        guard let members = message.objectValue else {
            return note(.dataType, "Message \(number) is not an object.", "Write {\"role\": …, \"content\": …}.")
        }
        for member in members.keys.sorted() where !Self.known.contains(member) {
            note(
                .messageUnrecognizedKey, "Message \(number) has an unknown member `\(member.prefix(64))`.",
                "Remove it.")
        }
        guard let role = members["role"]?.stringValue else {
            return note(
                .messageMissingKey, "Message \(number) has no role.", "Add system, user, assistant or tool.")
        }
        guard ["system", "user", "assistant", "tool", "function"].contains(role) else {
            return note(
                .unrecognizedRole, "Message \(number) has the role `\(role.prefix(64))`.",
                "Use system, user, assistant or tool.")
        }
        checkContent(members, role, number)
        if let weight = members["weight"] {
            if role != "assistant" {
                note(.weightMisplaced, "Message \(number) has a weight, but is not the assistant's.", "Remove it.")
            } else if ![0, 1].contains(weight.intValue ?? -1) {
                note(
                    .weightInvalid, "Message \(number)'s weight is neither 0 nor 1.", "Use 0 for context, 1 to train."
                )
            }
        }
    }

    private mutating func checkContent(_ members: [String: JSONValue], _ role: String, _ number: Int) {
        let hasCalls =
            members["tool_calls"]?.arrayValue?.isEmpty == false || members["function_call"]?.objectValue != nil
        switch members["content"] {
        case .string(let text):
            if text.isEmpty, !hasCalls { note(.missingContent, "Message \(number) is empty.", "Give it text.") }
        case .array(let parts):
            if role == "assistant", parts.contains(where: { $0["type"] == "image_url" }) {
                note(
                    .imageMisplaced, "Message \(number) has an image from the assistant.",
                    "Only users may send images.")
            }
        case nil, .null?:
            if !(role == "assistant" && (hasCalls || members["refusal"]?.stringValue != nil)) {
                note(.missingContent, "Message \(number) has no content.", "Give it text.")
            }
        default: note(.missingContent, "Message \(number)'s content is neither text nor parts.", "Use a string.")
        }
    }

    private mutating func checkOrder(_ messages: [JSONValue]) {
        let answers = messages.filter { $0["role"] == "assistant" }
        if answers.isEmpty {
            note(.missingAssistantMessage, "There is no assistant message.", "Add the answer to learn.")
        } else if answers.allSatisfy({ $0["weight"]?.intValue == 0 }) {
            note(.nothingToLearn, "Every assistant message has weight 0.", "Give one of them weight 1.")
        }
        if messages.last?["role"] != "assistant" {
            note(
                .lastMessageNotAssistant, "The last message is not the assistant's.",
                "End with the answer to learn.")
        }
        if messages.dropFirst().contains(where: { $0["role"] == "system" }), messages.first?["role"] != "system" {
            note(.systemNotFirst, "A system message stands in the middle.", "Put it first.")
        }
    }

    private mutating func checkTools(_ messages: [JSONValue]) {
        var open: [String] = []
        for (index, message) in messages.enumerated() {
            if message["role"] == "tool" {
                if let id = message["tool_call_id"]?.stringValue, let place = open.firstIndex(of: id) {
                    open.remove(at: place)
                } else {
                    note(
                        .toolAnswerWithoutCall, "Message \(index + 1) answers no tool call.",
                        "Name an open call in tool_call_id.")
                }
                continue
            }
            if !open.isEmpty { unanswered(&open) }
            for call in message["tool_calls"]?.arrayValue ?? [] {
                if let id = call["id"]?.stringValue { open.append(id) }
                checkArguments(call["function"]?["arguments"], index + 1)
            }
        }
    }

    private mutating func checkArguments(_ arguments: JSONValue?, _ number: Int) {
        guard let text = arguments?.stringValue else {
            return note(
                .argumentsNotText, "Message \(number) calls a tool without a string of arguments.",
                "Write the arguments as a JSON string.")
        }
        guard (try? JSONValue(parsing: text.utf8)) == nil else { return }
        note(
            .argumentsNotJSON, "Message \(number) calls a tool with arguments that are no JSON.",
            "Correct them, or leave the example out.")
    }

    private mutating func unanswered(_ open: inout [String]) {
        note(
            .toolCallUnanswered, "A tool call has no answer before the conversation goes on.",
            "Add the tool message.")
        open = []
    }

    private mutating func checkLength(_ count: TokenEstimate) {
        tokens = count.estimate
        let fix = "Shorten it, or choose a model that takes more."
        if count.estimate > maximumTokens {
            note(.tooManyTokens, "About \(count.estimate) tokens, and the limit is \(maximumTokens).", fix)
        } else if count.upperBound > maximumTokens {
            note(
                .maybeTooManyTokens,
                "About \(count.estimate) tokens, at most \(count.upperBound); the limit is \(maximumTokens).", fix)
        }
    }

    private mutating func note(_ fault: Fault, _ what: String, _ fix: String) {
        problems.append((fault, what, fix))
    }
}
