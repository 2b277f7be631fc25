import GleanerCore
import SimdJSON

/// Finds the text whose language an exchange is said to be in: what the user said last, and what was answered.
enum LanguageReader {
    /// Of the last message with role `user`; `nil` when there is none, or it has no text.
    static func language(ofLastUserIn messages: JSONElement) -> String? {
        var last: JSONElement?
        for message in messages.elements {
            if let role = message["role"]?.text, role == "user" { last = message }
        }
        return last.flatMap(language(ofContentOf:))
    }

    /// Of the first choice of `exchange_bodies.answer`.
    static func language(ofAnswer document: JSONElement) -> String? {
        var choices = document["choices"]?.elements.makeIterator()
        return choices?.next()?["message"].flatMap(language(ofContentOf:))
    }

    private static func language(ofContentOf message: JSONElement) -> String? {
        guard let content = message["content"] else { return nil }
        var text: [UInt8] = []
        if let whole = content.text {
            whole.append(to: &text, atMost: LanguageGuess.largestText)
        } else {
            for part in content.elements where text.count < LanguageGuess.largestText {
                part["text"]?.text?.append(to: &text, atMost: LanguageGuess.largestText - text.count)
                text.append(UInt8(ascii: "\n"))
            }
        }
        return text.isEmpty ? nil : LanguageGuess(utf8: text).tag
    }
}
