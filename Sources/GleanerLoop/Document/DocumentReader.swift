import GleanerCore

/// Reads the members of one object of a document, whose every member is known and in range, or it is refused by the
/// member's path. A member that is `null` is as good as left out.
struct DocumentReader {
    /// `steps.tune`; empty at the top.
    let path: String
    private let members: [String: JSONValue]

    /// - Throws: `LoopError.memberUnknown`, `.memberInvalid`.
    init(_ value: JSONValue, at path: String, known: [String]) throws(LoopError) {
        guard let members = value.objectValue else { throw .memberInvalid(path, wanted: "an object") }
        self.path = path
        self.members = members
        if let unknown = members.keys.filter({ !known.contains($0) }).min() {
            throw .memberUnknown(Self.join(path, unknown), nearest: Spelling.nearest(to: unknown, among: known), known)
        }
    }

    /// The member as it is.
    func value(_ name: String) -> JSONValue? {
        guard let value = members[name], value != .null else { return nil }
        return value
    }

    func place(_ name: String) -> String { Self.join(path, name) }

    func text(_ name: String, upTo limit: Int = 256) throws(LoopError) -> String? {
        guard let value = value(name) else { return nil }
        guard let text = value.stringValue, (1...limit).contains(text.utf8.count),
            !text.hasControlCharacters
        else { throw .memberInvalid(place(name), wanted: "1 to \(limit) bytes without control characters") }
        return text
    }

    func required(_ name: String, upTo limit: Int = 256) throws(LoopError) -> String {
        guard let text = try text(name, upTo: limit) else { throw .memberMissing(place(name)) }
        return text
    }

    func whole(_ name: String, _ range: ClosedRange<Int>) throws(LoopError) -> Int? {
        guard let value = value(name) else { return nil }
        guard let number = value.intValue.flatMap({ Int(exactly: $0) }), range.contains(number) else {
            throw .memberInvalid(place(name), wanted: "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func number(_ name: String, _ range: ClosedRange<Double>) throws(LoopError) -> Double? {
        guard let value = value(name) else { return nil }
        guard let number = value.doubleValue, range.contains(number) else {
            throw .memberInvalid(place(name), wanted: "a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, _: Choice.Type
    ) throws(LoopError) -> Choice? where Choice.RawValue == String {
        guard let value = value(name) else { return nil }
        guard let choice = value.stringValue.flatMap({ Choice(rawValue: $0) }) else {
            throw .memberInvalid(place(name), wanted: Choice.allCases.map(\.rawValue).joined(separator: " or "))
        }
        return choice
    }

    /// A document of another's; who knows it checks it.
    func object(_ name: String) throws(LoopError) -> JSONValue? {
        guard let value = value(name) else { return nil }
        guard value.objectValue != nil else { throw .memberInvalid(place(name), wanted: "an object") }
        return value
    }

    private static func join(_ path: String, _ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
}

/// How far words are apart.
enum Spelling {
    /// The known word that was probably meant; `nil` when none is within a third of its letters.
    static func nearest(to word: String, among known: [String]) -> String? {
        let close = known.map { (word: $0, steps: distance(word, $0)) }.min {
            ($0.steps, $0.word) < ($1.steps, $1.word)
        }
        guard let close, close.steps * 3 <= max(close.word.count, 3) else { return nil }
        return close.word
    }

    /// Levenshtein's: letters put in, left out or exchanged. Words of more than 64 letters are no near ones.
    static func distance(_ a: String, _ b: String) -> Int {
        let (a, b) = (Array(a), Array(b))
        guard a.count <= 64, b.count <= 64 else { return .max / 4 }
        var row = Array(0...b.count)
        for (i, letter) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in b.enumerated() {
                let exchanged = diagonal + (letter == other ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(exchanged, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[b.count]
    }
}
