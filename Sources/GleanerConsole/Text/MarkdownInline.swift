/// Emphasis, code and links within a line.
///
/// One pass, left to right. Where a mark stands next is looked up once and remembered until the pass is beyond it, so that time
/// grows with the text and not with its square, whatever is left open.
struct MarkdownInline {
    /// A closing mark further away than this, in bytes, closes nothing.
    private static let reach = 4_000

    private let text: Substring
    private let style: Span
    private let depth: Int
    private var marks: [String: Known] = [:]

    /// Where a mark is first found from a place on; `nil` when nowhere.
    private struct Known {
        let from: String.Index
        let range: Range<String.Index>?
    }

    static func spans(_ text: Substring, like style: Span = Span(text: ""), depth: Int = 0) -> [Span] {
        var reader = MarkdownInline(text: text, style: style, depth: depth)
        return reader.read()
    }

    private init(text: Substring, style: Span, depth: Int) {
        (self.text, self.style, self.depth) = (text, style, depth)
    }

    private mutating func read() -> [Span] {
        var spans: [Span] = []
        var plain = text.startIndex
        var at = text.startIndex
        func flush(to end: String.Index) {
            if plain < end { spans += Span.visible(text[plain..<end], like: style) }
        }
        while at < text.endIndex {
            guard let found = piece(at) else {
                at = text.index(after: at)
                continue
            }
            flush(to: at)
            spans += found.spans
            at = found.end
            plain = at
        }
        flush(to: text.endIndex)
        return spans
    }

    private typealias Piece = (spans: [Span], end: String.Index)

    private mutating func piece(_ at: String.Index) -> Piece? {
        let rest = text[at...]
        switch text[at] {
        case "\\":
            guard let next = rest.dropFirst().first, next.isPunctuation || next.isSymbol else { return nil }
            return (Span.visible(String(next), like: style), text.index(at, offsetBy: 2))
        case "`": return code(rest)
        case "*", "_", "~": return depth < 3 ? emphasis(at) : nil
        case "[": return link(rest)
        case "!": return rest.dropFirst().first == "[" ? image(rest) : nil
        case "<": return angled(rest)
        case "h": return bare(at)
        default: return nil
        }
    }

    /// A mark repeated; `isTooLong` for runs that open nothing.
    private func run(of rest: Substring, atMost limit: Int) -> (marks: Substring, isTooLong: Bool) {
        let marks = rest.prefix { $0 == rest.first }
        return (marks, marks.utf8.count > limit)
    }

    private func plain(_ part: Substring) -> Piece { (Span.visible(part, like: style), part.endIndex) }

    private mutating func code(_ rest: Substring) -> Piece? {
        let (marks, isTooLong) = run(of: rest, atMost: 2)
        if isTooLong { return plain(marks) }
        guard let end = find(marks, in: rest[marks.endIndex...]) else { return nil }
        var style = style
        style.isCode = true
        return (Span.visible(rest[marks.endIndex..<end.lowerBound], like: style), end.upperBound)
    }

    private mutating func emphasis(_ at: String.Index) -> Piece? {
        let mark = text[at]
        let (opening, isTooLong) = run(of: text[at...], atMost: 3)
        if isTooLong { return plain(opening) }
        let inner = text[opening.endIndex...]
        // `2 * 3` and `snake_case` are what they say.
        guard mark != "~" || opening.count == 2, let first = inner.first, !first.isWhitespace else { return nil }
        if mark == "_", at > text.startIndex, text[text.index(before: at)].isLetter { return nil }
        guard let end = find(opening, in: inner), end.lowerBound > inner.startIndex,
            !text[text.index(before: end.lowerBound)].isWhitespace
        else { return nil }
        if mark == "_", end.upperBound < text.endIndex, text[end.upperBound].isLetter { return nil }
        var style = style
        switch (mark, opening.count) {
        case ("~", _): style.isStruck = true
        case (_, 1): style.isEmphasis = true
        case (_, 2): style.isStrong = true
        default: (style.isStrong, style.isEmphasis) = (true, true)
        }
        return (Self.spans(text[opening.endIndex..<end.lowerBound], like: style, depth: depth + 1), end.upperBound)
    }

    /// `[words](address)`
    private mutating func link(_ rest: Substring) -> Piece? {
        guard let (words, address, end) = bracketed(rest), let link = SafeLink(address) else { return nil }
        return (linked(words, link), end)
    }

    /// `![words](address)`: named with its address, never fetched.
    private mutating func image(_ rest: Substring) -> Piece? {
        guard let (words, address, end) = bracketed(rest.dropFirst()) else { return nil }
        var code = style
        code.isCode = true
        return (Span.visible("[image] \(words) (\(address))", like: code), end)
    }

    private mutating func bracketed(
        _ rest: Substring
    ) -> (words: Substring, address: Substring, end: String.Index)? {
        guard let middle = find("](", in: rest), let close = find(")", in: rest[middle.upperBound...]) else {
            return nil
        }
        let words = rest[rest.index(after: rest.startIndex)..<middle.lowerBound]
        let address = rest[middle.upperBound..<close.lowerBound]
        // With a title behind the address it stays as it was written: all that was said is shown.
        guard !words.contains("["), !address.contains(" ") else { return nil }
        return (words, address, close.upperBound)
    }

    /// `<https://…>`
    private mutating func angled(_ rest: Substring) -> Piece? {
        guard let close = find(">", in: rest) else { return nil }
        let address = rest.dropFirst()[..<close.lowerBound]
        guard address.utf8.count <= SafeLink.longest, let link = SafeLink(address) else { return nil }
        return (linked(address, link), close.upperBound)
    }

    private func bare(_ at: String.Index) -> Piece? {
        let rest = text[at...]
        guard rest.hasPrefix("http://") || rest.hasPrefix("https://") else { return nil }
        if at > text.startIndex, text[text.index(before: at)].isLetter { return nil }
        var address = rest.prefix { !$0.isWhitespace && !"<>\"'()[]".contains($0) }
        while let last = address.last, ".,;:!?*_~".contains(last) { address.removeLast() }
        guard let link = SafeLink(address) else { return plain(address) }
        return (linked(address, link), address.endIndex)
    }

    private func linked(_ words: Substring, _ link: SafeLink) -> [Span] {
        var style = style
        style.href = link.href
        var spans = Span.visible(words, like: style)
        // Words that are the address say where they lead; any others may say one thing and lead to another.
        if words != link.href, words != link.host, !spans.isEmpty { spans[spans.count - 1].host = link.host }
        return spans
    }

    /// The first of the mark in `rest`, which goes to the end of the text, unless it is out of reach.
    private mutating func find(_ mark: some StringProtocol, in rest: Substring) -> Range<String.Index>? {
        let mark = String(mark)
        var range: Range<String.Index>?
        if let known = marks[mark], known.from <= rest.startIndex,
            known.range.map({ rest.startIndex <= $0.lowerBound }) ?? true
        {
            range = known.range
        } else {
            range = rest.firstRange(of: mark)
            marks[mark] = Known(from: rest.startIndex, range: range)
        }
        guard let range, text.utf8.distance(from: rest.startIndex, to: range.lowerBound) <= Self.reach else {
            return nil
        }
        return range
    }
}
