import Foundation

/// Text as headers carry it: as it is where it is short ASCII, else as encoded words (RFC 2047), folded.
enum EncodedText {
    /// Longest line, without the line end (RFC 5322, 2.1.1).
    static let lineLength = 76

    /// `Name: value`, with its CRLF. `text` holds no control characters.
    static func header(_ name: String, _ text: String) -> String {
        "\(name): \(words(text, after: name.count + 2))\r\n"
    }

    /// - Parameter column: how far the first line is written already.
    static func words(_ text: String, after column: Int) -> String {
        let isPlain =
            text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F } && !text.contains("=?") && !text.contains("  ")
            && text.first != " " && text.last != " "
        return isPlain ? folded(text, after: column) ?? encoded(text, after: column) : encoded(text, after: column)
    }

    /// Broken at spaces; `nil` when a word alone is too long.
    private static func folded(_ text: String, after column: Int) -> String? {
        var column = column
        var result = ""
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            guard word.utf8.count < lineLength - 20 else { return nil }
            if !result.isEmpty {
                let isFull = column + 1 + word.utf8.count > lineLength
                result += isFull ? "\r\n " : " "
                column = isFull ? 1 : column + 1
            }
            result += word
            column += word.utf8.count
        }
        return result
    }

    /// Never splits a character: each word is decoded alone.
    private static func encoded(_ text: String, after column: Int) -> String {
        var words: [String] = []
        var bytes: [UInt8] = []
        // 75 characters a word with `=?utf-8?B?` and `?=`: 63 of base64, 45 bytes. The first line is shorter.
        var limit = min(45, max(12, (lineLength - column - 12) / 4 * 3))
        for scalar in text.unicodeScalars {
            let next = Array(String(scalar).utf8)
            if bytes.count + next.count > limit {
                words.append(word(bytes))
                bytes = []
                limit = 45
            }
            bytes += next
        }
        if !bytes.isEmpty { words.append(word(bytes)) }
        return words.joined(separator: "\r\n ")
    }

    private static func word(_ bytes: [UInt8]) -> String { "=?utf-8?B?\(Data(bytes).base64EncodedString())?=" }
}
