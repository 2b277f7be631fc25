extension Redactor {
    /// A stream of events with placeholders; `nil` when there is nothing to replace.
    ///
    /// A number may come in pieces, one event after another: pieces of one text are read as the text they make, and a
    /// placeholder stands where its value began. Each event stays an event with JSON in it; lines that are no JSON are
    /// read as text.
    mutating func redacted(stream bytes: [UInt8]) -> [UInt8]? {
        let events = StreamedEvents(bytes)
        var changes: [Replacement] = []
        for pieces in events.texts {
            let texts = pieces.map { events.text(of: $0) }
            let replacements = replacements(in: texts.joined())
            guard !replacements.isEmpty else { continue }
            for (piece, new) in zip(pieces, Self.spread(replacements, over: texts)) {
                guard let new else { continue }
                changes.append(
                    Replacement(range: events.range(of: piece), text: Self.quoted(new)))
            }
        }
        for document in events.documents {
            changes += replacements(in: document.json, withoutPieces: true).map {
                Replacement(range: $0.range.moved(by: document.start), text: $0.text)
            }
        }
        for lines in events.others {
            guard let new = redacted(String(decoding: bytes[lines], as: UTF8.self)) else { continue }
            changes.append(Replacement(range: lines, text: Array(new.utf8)))
        }
        guard !changes.isEmpty else { return nil }
        changes.sort { $0.range.lowerBound < $1.range.lowerBound }
        return Self.apply(changes, to: bytes)
    }

    /// Replacements in a text, as they change the pieces that it is made of; `nil` for a piece that stays. Both are in
    /// order, so each is looked at once.
    static func spread(_ replacements: [Replacement], over pieces: [String]) -> [String?] {
        var start = 0
        var done = 0
        return pieces.map { piece in
            let bytes = Array(piece.utf8)
            let range = start..<(start + bytes.count)
            defer { start = range.upperBound }
            var new: [UInt8] = []
            var position = range.lowerBound
            var isChanged = false
            while done < replacements.count, replacements[done].range.lowerBound < range.upperBound {
                let replacement = replacements[done]
                if replacement.range.upperBound > position {
                    isChanged = true
                    let from = max(replacement.range.lowerBound, position)
                    new += bytes[(position - range.lowerBound)..<(from - range.lowerBound)]
                    // The placeholder stands in the piece in which its value begins.
                    if replacement.range.lowerBound >= range.lowerBound { new += replacement.text }
                    position = min(replacement.range.upperBound, range.upperBound)
                }
                // What goes on in the next piece is looked at there again.
                guard replacement.range.upperBound <= range.upperBound else { break }
                done += 1
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
        let document: Int
        let token: JSONTokens.Token
    }
    struct Document {
        /// Where it begins in the stream.
        let start: Int
        let json: JSONTokens
    }

    private(set) var documents: [Document] = []
    /// Pieces of each text, in order.
    private(set) var texts: [[Piece]] = []
    /// Lines beside the documents, those that follow each other together.
    private(set) var others: [Range<Int>] = []

    init(_ bytes: [UInt8]) {
        var order: [Int: Int] = [:]
        var position = 0
        while position < bytes.count {
            let end = bytes[position...].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? bytes.count
            if let start = Self.data(bytes, position..<end), let json = JSONTokens(Array(bytes[start..<end])) {
                add(json, at: start, &order)
            } else if end > position {
                if let last = others.last, bytes[last.upperBound..<position].allSatisfy({ $0 == 0x0A || $0 == 0x0D }) {
                    others[others.count - 1] = last.lowerBound..<end
                } else {
                    others.append(position..<end)
                }
            }
            position = end + 1
        }
    }

    /// - Parameter order: which text pieces of a key belong to.
    private mutating func add(_ json: JSONTokens, at start: Int, _ order: inout [Int: Int]) {
        var walk = JSONWalk(json.bytes, following: true)
        var pieces: [(token: JSONTokens.Token, container: Int, name: Int)] = []
        while let token = walk.next() {
            if token.isPiece { pieces.append((token, walk.container, Array(walk.name).hashValue)) }
        }
        let keys = pieces.isEmpty ? [] : walk.keys
        for piece in pieces {
            var hasher = Hasher()
            hasher.combine(keys[piece.container])
            hasher.combine(piece.name)
            let key = hasher.finalize()
            let place = order[key] ?? texts.count
            if place == texts.count {
                order[key] = place
                texts.append([])
            }
            texts[place].append(Piece(document: documents.count, token: piece.token))
        }
        documents.append(Document(start: start, json: json))
    }

    /// Where the value of a `data:` line begins.
    private static func data(_ bytes: [UInt8], _ line: Range<Int>) -> Int? {
        let name = Array("data:".utf8)
        guard line.count > name.count, bytes[line].starts(with: name) else { return nil }
        let start = line.lowerBound + name.count
        return bytes[start] == 0x20 ? start + 1 : start
    }

    func text(of piece: Piece) -> String { piece.token.text(in: documents[piece.document].json.bytes) }

    /// In the stream.
    func range(of piece: Piece) -> Range<Int> { piece.token.range.moved(by: documents[piece.document].start) }
}

extension Range<Int> {
    fileprivate func moved(by offset: Int) -> Self { (lowerBound + offset)..<(upperBound + offset) }
}
