import Foundation
import GleanerCore

/// A conversation as fine-tuning files write it: `{"messages": […]}`, whose last message is the answer.
///
/// Source: OpenAI's chat format of training files. Members beside `messages` (`tools`, `response_format`, …) belong to
/// the request; `id`, `created`, `conversation_id` and `user` may be there, too.
enum ChatLine {
    private static let ours: Set<String> = [
        "messages", "id", "created", "created_at", "timestamp", "conversation_id", "session_id",
    ]

    static func exchange(_ record: ImportRecord, _ context: ImportContext) throws(LogError) -> LoggedExchange {
        guard let messages = record.container("messages"), messages.first == UInt8(ascii: "[") else {
            throw .notAnExchange(kind: "no conversation: it has no `messages`")
        }
        var scanner = JSONScanner(messages[...])
        guard let elements = try? scanner.elements(), let answer = elements.last, elements.count > 1,
            let last = try? JSONText(answer), (try? last.string("role")) == "assistant"
        else { throw .notAnExchange(kind: "a conversation whose last message is no answer") }
        var request = JSONObjectText()
        for member in record.json.members where !ours.contains(member.name) { request.set(member.name, member.value) }
        request.set("messages", JSONObjectText.array(elements.dropLast()))
        let time = try record.time("created", "created_at", "timestamp")
        var logged = LoggedExchange(
            identity: .external(record.label("id") ?? record.contentName), receivedAt: time ?? context.defaultTime,
            request: request.closed)
        let model = record.label("model")
        logged.response = ChatAnswerText(model: model, output: answer).bytes
        logged.model = model
        logged.httpStatus = 200
        logged.conversation = record.label("conversation_id", "session_id")
        return logged
    }
}
