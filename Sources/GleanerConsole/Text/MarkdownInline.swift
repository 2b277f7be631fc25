/// Emphasis, code and links within a line.
///
/// One pass, left to right: a mark that opens something is looked for once in the rest, so that time grows with the text
/// and not with its square; how far an opening mark is looked for is bounded.
enum MarkdownInline {
    /// A closing mark further away than this closes nothing.
    private static let reach = 2_000

    static func spans(_ text: Substring, like style: Span = Span(text: ""), depth: Int = 0) -> [Span] {
        var spans: [Span] = []
        var plain = text.startIndex
        var at = text.startIndex
        func flush(to end: String.Index) {
            if plain < end { spans += Span.visible(text[plain..<end], like: style) }
        }
        while at < text.endIndex {
            guard let found = piece(text, at, style, depth) else {
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

    private static func piece(
        _ text: Substring, _ at: String.Index, _ style: Span, _ depth: Int
    ) -> (spans: [Span], end: String.Index)? {
        let rest = text[at...]
        switch text[at] {
        case "\\":
            guard let next = rest.dropFirst().first, next.isPunctuation || next.isSymbol else { return nil }
            return (Span.visible(String(next), like: style), text.index(at, offsetBy: 2))
        case "`": return code(rest, style)
        case "*", "_", "~": return depth < 3 ? emphasis(text, at, style, depth) : nil
        case "[": return link(rest, style)
        case "!": return rest.dropFirst().first == "[" ? image(rest, style) : nil
        case "<": return angled(rest, style)
        case "h": return bare(text, at, style)
        default: return nil
        }
    }

    private static func code(_ rest: Substring, _ style: Span) -> ([Span], String.Index)? {
        let marks = rest.prefix { $0 == "`" }
        guard marks.count < 3, let end = find(marks, in: rest[marks.endIndex...]) else { return nil }
        var style = style
        style.isCode = true
        return (Span.visible(rest[marks.endIndex..<end.lowerBound], like: style), end.upperBound)
    }

    private static func emphasis(
        _ text: Substring, _ at: String.Index, _ style: Span, _ depth: Int
    ) -> ([Span], String.Index)? {
        let mark = text[at]
        let marks = text[at...].prefix { $0 == mark }
        let width = min(marks.count, mark == "~" ? 2 : 3)
        guard mark != "~" || width == 2 else { return nil }
        let opening = text[at...].prefix(width)
        let inner = text[opening.endIndex...]
        // `2 * 3` and `snake_case` are what they say.
        guard let first = inner.first, !first.isWhitespace, first != mark else { return nil }
        if mark == "_", at > text.startIndex, text[text.index(before: at)].isLetter { return nil }
        guard let end = find(opening, in: inner), end.lowerBound > inner.startIndex,
            !text[text.index(before: end.lowerBound)].isWhitespace
        else { return nil }
        if mark == "_", end.upperBound < text.endIndex, text[end.upperBound].isLetter { return nil }
        var style = style
        switch (mark, width) {
        case ("~", _): style.isStruck = true
        case (_, 1): style.isEmphasis = true
        case (_, 2): style.isStrong = true
        default: (style.isStrong, style.isEmphasis) = (true, true)
        }
        return (spans(text[opening.endIndex..<end.lowerBound], like: style, depth: depth + 1), end.upperBound)
    }

    /// `[words](address)`
    private static func link(_ rest: Substring, _ style: Span) -> ([Span], String.Index)? {
        guard let (words, address, end) = bracketed(rest), let link = SafeLink(address) else { return nil }
        return (linked(words, link, style), end)
    }

    /// `![words](address)`: named with its address, never fetched.
    private static func image(_ rest: Substring, _ style: Span) -> ([Span], String.Index)? {
        guard let (words, address, end) = bracketed(rest.dropFirst()) else { return nil }
        var code = style
        code.isCode = true
        return (Span.visible("[image] \(words) (\(address))", like: code), end)
    }

    private static func bracketed(_ rest: Substring) -> (words: Substring, address: Substring, end: String.Index)? {
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
    private static func angled(_ rest: Substring, _ style: Span) -> ([Span], String.Index)? {
        guard let close = find(">", in: rest), let link = SafeLink(rest.dropFirst()[..<close.lowerBound]) else {
            return nil
        }
        return (linked(rest.dropFirst()[..<close.lowerBound], link, style), close.upperBound)
    }

    private static func bare(_ text: Substring, _ at: String.Index, _ style: Span) -> ([Span], String.Index)? {
        let rest = text[at...]
        guard rest.hasPrefix("http://") || rest.hasPrefix("https://") else { return nil }
        if at > text.startIndex, text[text.index(before: at)].isLetter { return nil }
        var address = rest.prefix { !$0.isWhitespace && !"<>\"'()[]".contains($0) }
        while let last = address.last, ".,;:!?*_~".contains(last) { address.removeLast() }
        guard let link = SafeLink(address) else { return nil }
        return (linked(address, link, style), address.endIndex)
    }

    private static func linked(_ words: Substring, _ link: SafeLink, _ style: Span) -> [Span] {
        var style = style
        style.href = link.href
        var spans = Span.visible(words, like: style)
        // Words that are the address say where they lead.
        if !words.contains(link.host), !spans.isEmpty { spans[spans.count - 1].host = link.host }
        return spans
    }

    private static func find(_ mark: some StringProtocol, in text: Substring) -> Range<String.Index>? {
        let near = text.index(text.startIndex, offsetBy: reach, limitedBy: text.endIndex) ?? text.endIndex
        return text[..<near].firstRange(of: String(mark))
    }
}
