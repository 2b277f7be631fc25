/// Cuts a chat text into tokens: words, numbers, addresses, handles, emoji, punctuation.
///
/// Words are letters and their marks, with an apostrophe inside (*don't*); a hyphen parts them. A fenced block of code is one
/// token, and so are an address, a handle, a number with its separators, and a run of the same punctuation mark.
public struct Tokenizer: Sendable {
    public enum Kind: Sendable, Hashable {
        case word
        /// Of no language.
        case number, address, handle, code, symbol
        /// Punctuation that ends a sentence; what follows begins one.
        case end
    }
    public struct Token: Sendable, Hashable {
        public let text: String
        public let kind: Kind
    }

    /// How much of a text is looked at, in characters.
    public static let largestText = 20_000

    private let characters: [Character]
    private var place = 0

    private init(_ text: String) { characters = Array(text.prefix(Self.largestText)) }

    public static func tokens(of text: String) -> [Token] {
        var tokenizer = Tokenizer(text)
        var tokens: [Token] = []
        while let token = tokenizer.next() { tokens.append(token) }
        return tokens
    }

    private mutating func next() -> Token? {
        while place < characters.count, characters[place].isWhitespace {
            place += 1
            // A line of its own is a sentence of its own; the token says nothing and is not counted anywhere.
            if characters[place - 1].isNewline { return Token(text: "\n", kind: .end) }
        }
        guard place < characters.count else { return nil }
        return code() ?? address() ?? handle() ?? number() ?? word() ?? symbol()
    }

    private mutating func take(to end: Int, _ kind: Kind) -> Token {
        defer { place = end }
        return Token(text: String(characters[place..<end]), kind: kind)
    }

    private func starts(with text: String, at start: Int) -> Bool {
        characters[start...].prefix(text.count).elementsEqual(text)
    }

    private mutating func code() -> Token? {
        guard starts(with: "```", at: place) else { return nil }
        var end = place + 3
        while end < characters.count, !starts(with: "```", at: end) { end += 1 }
        return take(to: min(end + 3, characters.count), .code)
    }

    private mutating func address() -> Token? {
        guard characters[place].isASCII, characters[place].isLetter else { return nil }
        var end = place
        while end < characters.count, !characters[end].isWhitespace { end += 1 }
        let run = String(characters[place..<end])
        guard run.contains("://") || run.hasPrefix("www.") || isMail(run) else { return nil }
        while end > place + 1, ".,;:!?)\"'".contains(characters[end - 1]) { end -= 1 }
        return take(to: end, .address)
    }

    private func isMail(_ run: String) -> Bool {
        guard let at = run.firstIndex(of: "@"), at != run.startIndex else { return false }
        return run[at...].dropFirst().contains(".")
    }

    private mutating func handle() -> Token? {
        guard characters[place] == "@" || characters[place] == "#" else { return nil }
        var end = place + 1
        while end < characters.count, isWordPart(characters[end]) || characters[end].isNumber { end += 1 }
        return end > place + 1 ? take(to: end, .handle) : nil
    }

    /// Also what begins with a digit: *5kg*, *2nd*, *10:30*. Devanagari digits are words, since their script decides.
    private mutating func number() -> Token? {
        guard isDigit(at: place) else { return nil }
        var end = place
        while end < characters.count {
            let separates = ".,:/".contains(characters[end]) && isDigit(at: end + 1)
            guard isDigit(at: end) || separates || isWordPart(characters[end]) else { break }
            end += 1
        }
        return take(to: end, .number)
    }

    private func isDigit(at index: Int) -> Bool {
        index < characters.count && characters[index].isASCII && characters[index].isNumber
    }

    private mutating func word() -> Token? {
        var end = place
        while end < characters.count {
            let character = characters[end]
            let isInside =
                end > place && (character == "'" || character == "’") && end + 1 < characters.count
                && characters[end + 1].isLetter
            guard isWordPart(character) || isInside || (end > place && isDigit(at: end)) else { break }
            end += 1
        }
        guard end > place else { return nil }
        let hasDigit = characters[place..<end].contains { $0.isASCII && $0.isNumber }
        return take(to: end, hasDigit ? .number : .word)
    }

    /// A letter with its marks is one character; Devanagari digits are of its script.
    private func isWordPart(_ character: Character) -> Bool {
        guard let first = character.unicodeScalars.first else { return false }
        return character.isLetter || character == "_" || ("\u{0966}"..."\u{096F}").contains(first)
            || ("\u{0900}"..."\u{0903}").contains(first) || ("\u{093C}"..."\u{094D}").contains(first)
    }

    private mutating func symbol() -> Token {
        let mark = characters[place]
        var end = place + 1
        while end < characters.count, characters[end] == mark, mark.isPunctuation { end += 1 }
        return take(to: end, ".!?।॥…".contains(mark) ? .end : .symbol)
    }
}
