import GleanerCore

/// Puts placeholders in place of personal data, in texts and in JSON, which stays JSON.
struct Redactor {
    /// A part of a text, in its UTF-8, and what comes in its place.
    struct Replacement: Hashable {
        let range: Range<Int>
        let text: [UInt8]
    }

    private let scanner: PIIScanner
    private(set) var placeholders: Placeholders
    /// Arguments of tools are JSON in a string of JSON; deeper than this nobody nests it.
    private static let deepest = 3

    init(kinds: Set<PIIKind>, placeholders: Placeholders) {
        scanner = PIIScanner(kinds: kinds)
        self.placeholders = placeholders
    }

    // MARK: Texts

    /// What is to be replaced in a text that may itself be JSON, in order.
    mutating func replacements(in text: String, depth: Int = 0) -> [Replacement] {
        if EncodedFile.isWhole(text) { return [] }
        if depth < Self.deepest, let json = JSONTokens(text) {
            return replacements(in: json, depth: depth + 1)
        }
        let plain = PlainText(text)
        return scanner.scan(plain).filter { $0.certainty.rawValue >= PIISpan.Certainty.likely.rawValue }.map { find in
            Replacement(
                range: plain.origin(of: find.range),
                text: Array(
                    placeholders.placeholder(for: find.kind, find.kind.canonical(plain.bytes[find.range])).utf8))
        }
    }

    /// The text with placeholders; `nil` when there is nothing to replace.
    mutating func redacted(_ text: String) -> String? {
        let replacements = replacements(in: text)
        return replacements.isEmpty
            ? nil : String(decoding: Self.apply(replacements, to: Array(text.utf8)), as: UTF8.self)
    }

    /// - Parameter replacements: in order. Two may share a character that counts as several (`℀` is `a/c`): each has its
    ///   placeholder, and of what is replaced nothing stays.
    static func apply(_ replacements: [Replacement], to bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var position = 0
        for replacement in replacements where replacement.range.upperBound > position {
            result += bytes[position..<max(replacement.range.lowerBound, position)]
            result += replacement.text
            position = replacement.range.upperBound
        }
        return result + bytes[position...]
    }

    // MARK: JSON

    /// Whole tokens that change: strings, and numbers, which become strings.
    /// - Parameter withoutPieces: of a stream's event, only what no other event goes on with.
    mutating func replacements(
        in json: JSONTokens, depth: Int = 0, withoutPieces: Bool = false
    ) -> [Replacement] {
        var found: [Replacement] = []
        for token in json where !(withoutPieces && token.isPiece) {
            switch token.kind {
            case .string:
                let text = token.text(in: json.bytes)
                let inner = replacements(in: text, depth: depth)
                guard !inner.isEmpty else { continue }
                let new = String(decoding: Self.apply(inner, to: Array(text.utf8)), as: UTF8.self)
                found.append(Replacement(range: token.range, text: Self.quoted(new)))
            case .number:
                let text = String(decoding: json.bytes[token.range], as: UTF8.self)
                guard let new = replacedWhole(text) else { continue }
                found.append(Replacement(range: token.range, text: Self.quoted(new)))
            }
        }
        return found
    }

    /// A number is replaced when all of it is one find.
    private mutating func replacedWhole(_ text: String) -> String? {
        let replacements = replacements(in: text, depth: Self.deepest)
        guard replacements.count == 1, replacements[0].range == 0..<text.utf8.count else { return nil }
        return String(decoding: replacements[0].text, as: UTF8.self)
    }

    static func quoted(_ text: String) -> [UInt8] {
        (try? JSONValue.string(text).canonicalBytes()) ?? Array("\"\"".utf8)
    }

    /// Bytes of a body that is JSON or any other text; `nil` when there is nothing to replace.
    mutating func redacted(_ bytes: [UInt8]) -> [UInt8]? {
        if let json = JSONTokens(bytes) {
            let replacements = replacements(in: json)
            return replacements.isEmpty ? nil : Self.apply(replacements, to: bytes)
        }
        // What is no UTF-8 is read with marks in the gaps, and kept so only when something had to be replaced.
        return redacted(String(decoding: bytes, as: UTF8.self)).map { Array($0.utf8) }
    }
}
