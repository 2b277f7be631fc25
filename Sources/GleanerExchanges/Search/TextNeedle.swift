import GleanerCore

/// What is looked for in texts. Letters of ASCII match in either case; others as they are written, all small, all capital,
/// or as a word begins.
struct TextNeedle: Sendable, Hashable {
    let spellings: [String]

    init(_ text: String) {
        var spellings = [text]
        let isFoldedByDatabase = text.utf8.allSatisfy { $0 < 0x80 }
        for other in [text.lowercased(), text.uppercased(), text.prefix(1).uppercased() + text.dropFirst()]
        where !isFoldedByDatabase && !spellings.contains(other) {
            spellings.append(other)
        }
        self.spellings = spellings
    }

    /// For ILIKE on the text form of `jsonb`.
    var patterns: [String] { spellings.map { "%\(Self.likeEscaped(Self.jsonEscaped($0)))%" } }

    /// As PostgreSQL writes `jsonb`: quotes, backslashes and control characters escaped, nothing else.
    private static func jsonEscaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": escaped += "\\\""
            case "\\": escaped += "\\\\"
            case "\u{08}": escaped += "\\b"
            case "\u{0C}": escaped += "\\f"
            case "\n": escaped += "\\n"
            case "\r": escaped += "\\r"
            case "\t": escaped += "\\t"
            case _ where scalar.value < 0x20:
                escaped += "\\u00" + (scalar.value < 0x10 ? "0" : "") + String(scalar.value, radix: 16)
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    private static func likeEscaped(_ text: String) -> String {
        var escaped = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if scalar == "%" || scalar == "_" || scalar == "\\" { escaped.append("\\") }
            escaped.append(scalar)
        }
        return String(escaped)
    }
}
