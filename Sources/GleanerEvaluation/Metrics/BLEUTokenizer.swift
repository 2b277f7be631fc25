/// How BLEU cuts a text into tokens.
public enum BLEUTokenizer: String, Sendable, Hashable {
    /// The tokeniser of mteval-v13a, as sacreBLEU has it. ASCII only: a danda or a curly quote stays where it is.
    case mteval13a = "13a"
    /// Each character that is not white space.
    case characters = "char"

    public func tokens(_ text: String) -> [String] {
        switch self {
        case .characters: text.unicodeScalars.filter { !$0.properties.isWhitespace }.map { String($0) }
        case .mteval13a: Self.split13a(text)
        }
    }

    private typealias Scalars = [Unicode.Scalar]

    private static func split13a(_ text: String) -> [String] {
        var line = text.replacing("<skipped>", with: "").replacing("-\n", with: "").replacing("\n", with: " ")
        for (entity, character) in [("&quot;", "\""), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">")] {
            line = line.replacing(entity, with: character)
        }
        var scalars: Scalars = [" "] + Array(line.unicodeScalars) + [" "]
        scalars = scalars.flatMap { isPunctuation($0) ? [" ", $0, " "] : [$0] }
        // Full stop and comma stand alone unless they are between digits; a dash behind a digit does.
        scalars = pairs(scalars) { !isDigit($0) && isStop($1) ? [$0, " ", $1, " "] : nil }
        scalars = pairs(scalars) { isStop($0) && !isDigit($1) ? [" ", $0, " ", $1] : nil }
        scalars = pairs(scalars) { isDigit($0) && $1 == "-" ? [$0, " ", $1, " "] : nil }
        return String(String.UnicodeScalarView(scalars)).spaced
    }

    /// Replaces neighbours from left to right; what was replaced is not looked at again, as with a regular expression.
    private static func pairs(
        _ scalars: Scalars, _ replacement: (Unicode.Scalar, Unicode.Scalar) -> Scalars?
    ) -> Scalars {
        var result: Scalars = []
        var index = 0
        while index < scalars.count {
            if index + 1 < scalars.count, let new = replacement(scalars[index], scalars[index + 1]) {
                result += new
                index += 2
            } else {
                result.append(scalars[index])
                index += 1
            }
        }
        return result
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }
    private static func isStop(_ scalar: Unicode.Scalar) -> Bool { scalar == "." || scalar == "," }
    /// ASCII punctuation and the space, but for `'`, `-`, `.` and `,`.
    private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
        ("{"..."~").contains(scalar) || ("["..."`").contains(scalar) || (" "..."&").contains(scalar)
            || ("("..."+").contains(scalar) || (":"..."@").contains(scalar) || scalar == "/"
    }
}
