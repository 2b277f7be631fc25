extension Redactor {
    /// A stream of events with placeholders; `nil` when there is nothing to replace.
    ///
    /// A number may come in pieces, one event after another: pieces of one text are read as the text they make, and a
    /// placeholder stands where its value began. Each event stays an event with JSON in it.
    mutating func redacted(stream bytes: [UInt8]) -> [UInt8]? {
        let events = StreamedEvents(bytes)
        var changes: [Int: [Replacement]] = [:]
        for pieces in events.texts {
            let texts = pieces.map { events.text(of: $0) }
            let replacements = replacements(in: texts.joined())
            guard !replacements.isEmpty else { continue }
            for (piece, new) in zip(pieces, Self.spread(replacements, over: texts)) {
                guard let new else { continue }
                changes[piece.event, default: []].append(
                    Replacement(range: piece.token.range, text: Self.quoted(new)))
            }
        }
        for (index, json) in events.documents {
            let whole = json.tokens.filter { !events.isPiece($0) }
            changes[index, default: []] += replacements(in: json, of: whole)
        }
        changes = changes.filter { !$0.value.isEmpty }
        guard !changes.isEmpty else { return nil }
        var all: [Replacement] = []
        for (index, replacements) in changes {
            let start = events.starts[index] ?? 0
            all += replacements.map {
                Replacement(
                    range: ($0.range.lowerBound + start)..<($0.range.upperBound + start), text: $0.text)
            }
        }
        all.sort { $0.range.lowerBound < $1.range.lowerBound }
        return Self.apply(all, to: bytes)
    }

    private mutating func replacements(in json: JSONTokens, of tokens: [JSONTokens.Token]) -> [Replacement] {
        replacements(in: json.keeping(tokens))
    }

    /// Replacements in a text, as they change the pieces that it is made of; `nil` for a piece that stays.
    static func spread(_ replacements: [Replacement], over pieces: [String]) -> [String?] {
        var start = 0
        return pieces.map { piece in
            let bytes = Array(piece.utf8)
            let range = start..<(start + bytes.count)
            defer { start = range.upperBound }
            var new: [UInt8] = []
            var position = range.lowerBound
            var isChanged = false
            for replacement in replacements where replacement.range.overlaps(range) {
                isChanged = true
                let from = max(replacement.range.lowerBound, range.lowerBound)
                new += bytes[(position - range.lowerBound)..<(from - range.lowerBound)]
                // The placeholder stands in the piece in which its value begins.
                if replacement.range.lowerBound >= range.lowerBound { new += replacement.text }
                position = min(replacement.range.upperBound, range.upperBound)
            }
            guard isChanged else { return nil }
            new += bytes[(position - range.lowerBound)...]
            return String(decoding: new, as: UTF8.self)
        }
    }
}

/// The events of a stream whose data is JSON, and which strings in them are pieces of one text.
struct StreamedEvents {
    struct Piece {
        let event: Int
        let token: JSONTokens.Token
    }

    /// By number of the event.
    private(set) var documents: [(event: Int, json: JSONTokens)] = []
    /// Where an event's data begins in the stream.
    private(set) var starts: [Int: Int] = [:]
    private var byEvent: [Int: JSONTokens] = [:]
    /// Pieces of each text, in order.
    private(set) var texts: [[Piece]] = []

    private static let names: Set<String> = [
        "content", "text", "arguments", "delta", "refusal", "reasoning_content", "reasoning", "partial_json",
        "thinking", "input", "transcript",
    ]

    init(_ bytes: [UInt8]) {
        var order: [String: Int] = [:]
        var position = 0
        while position < bytes.count {
            let end = bytes[position...].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? bytes.count
            if let start = Self.data(bytes, position..<end), let json = JSONTokens(Array(bytes[start..<end])) {
                let event = documents.count
                documents.append((event, json))
                byEvent[event] = json
                starts[event] = start
                for token in json.tokens where isPiece(token) {
                    let place = order[token.path] ?? texts.count
                    if place == texts.count {
                        order[token.path] = place
                        texts.append([])
                    }
                    texts[place].append(Piece(event: event, token: token))
                }
            }
            position = end + 1
        }
    }

    /// Where the value of a `data:` line begins.
    private static func data(_ bytes: [UInt8], _ line: Range<Int>) -> Int? {
        let name = Array("data:".utf8)
        guard line.count > name.count, bytes[line].starts(with: name) else { return nil }
        let start = line.lowerBound + name.count
        return bytes[start] == 0x20 ? start + 1 : start
    }

    func text(of piece: Piece) -> String { byEvent[piece.event].map { piece.token.text(in: $0.bytes) } ?? "" }

    /// A string that the next event goes on with.
    func isPiece(_ token: JSONTokens.Token) -> Bool {
        guard token.kind == .string, !token.isName, let name = token.path.split(separator: ".").last else {
            return false
        }
        return Self.names.contains(String(name))
            && (token.path.contains("delta") || token.path.hasSuffix("choices[].text"))
    }
}
