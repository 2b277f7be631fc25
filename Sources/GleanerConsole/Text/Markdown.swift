/// Markdown as people and models write it, read into blocks that the partial `blocks` shows.
///
/// There is no markup in a block, only text and what it looks like, so nothing that is written here can become HTML. Images
/// are named, not shown: nothing is fetched. What is not understood stays as it was written.
struct Markdown: Sendable, Hashable {
    struct Row: Sendable, Hashable {
        let cells: [[Span]]
    }
    struct Block: Sendable, Hashable {
        var spans: [Span] = []
        var isParagraph = false
        var isHeading = false
        var isQuote = false
        var isRule = false
        var isCode = false
        /// A bullet or a number, and how deep it is indented.
        var isItem = false
        var marker = ""
        var depth = 0
        var isTable = false
        var head: Row?
        var rows: [Row] = []
    }

    let blocks: [Block]

    /// Beyond so many characters it is shown as one block of plain text.
    static let longest = 200_000

    init(_ source: String) {
        guard source.utf8.count <= Self.longest else {
            blocks = [Block(spans: Span.visible(source), isParagraph: true)]
            return
        }
        var reader = MarkdownReader(source)
        blocks = reader.read()
    }
}

/// Goes through the lines once.
private struct MarkdownReader {
    private let lines: [Substring]
    private var at = 0
    private var blocks: [Markdown.Block] = []
    private var paragraph: [Substring] = []

    init(_ source: String) {
        lines = source.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false)
    }

    mutating func read() -> [Markdown.Block] {
        while at < lines.count {
            let line = lines[at]
            let text = line.trimmingPrefix { $0 == " " || $0 == "\t" }
            let indent = line.count - text.count
            if text.allSatisfy(\.isWhitespace) {
                endParagraph()
                at += 1
            } else if let fence = Self.fence(text) {
                endParagraph()
                code(until: fence)
            } else if let heading = Self.heading(text) {
                add(Markdown.Block(spans: MarkdownInline.spans(heading), isHeading: true))
            } else if Self.isRule(text) {
                add(Markdown.Block(isRule: true))
            } else if text.first == ">" {
                let quoted = text.dropFirst().trimmingPrefix(" ")
                add(Markdown.Block(spans: MarkdownInline.spans(quoted), isQuote: true))
            } else if let (marker, rest) = Self.item(text) {
                add(
                    Markdown.Block(
                        spans: MarkdownInline.spans(rest), isItem: true, marker: marker, depth: min(indent / 2, 4)))
            } else if paragraph.isEmpty, table() {
                continue
            } else {
                paragraph.append(line)
                at += 1
            }
        }
        endParagraph()
        return blocks
    }

    private mutating func add(_ block: Markdown.Block) {
        endParagraph()
        blocks.append(block)
        at += 1
    }

    private mutating func endParagraph() {
        guard !paragraph.isEmpty else { return }
        let text = paragraph.joined(separator: "\n")
        blocks.append(Markdown.Block(spans: MarkdownInline.spans(text[...]), isParagraph: true))
        paragraph = []
    }

    /// What stands behind the opening fence, mostly a language, is the first line.
    private mutating func code(until fence: Substring) {
        let info = lines[at].trimmingPrefix { $0 == " " || $0 == "\t" }.dropFirst(fence.count)
        var body: [Substring] = []
        at += 1
        while at < lines.count, !Self.closes(lines[at], fence) {
            body.append(lines[at])
            at += 1
        }
        at += 1
        var named = Span(text: "")
        named.isEmphasis = true
        let head = info.allSatisfy(\.isWhitespace) ? [] : Span.visible(info + "\n", like: named)
        blocks.append(Markdown.Block(spans: head + Span.visible(body.joined(separator: "\n")), isCode: true))
    }

    private static func closes(_ line: Substring, _ fence: Substring) -> Bool {
        let text = line.trimmingPrefix(" ")
        return text.hasPrefix(fence) && text.allSatisfy { $0 == fence.first || $0.isWhitespace }
    }

    /// - Returns: whether a table began here, and was read.
    private mutating func table() -> Bool {
        guard lines[at].contains("|"), at + 1 < lines.count, lines[at + 1].contains("-"),
            lines[at + 1].allSatisfy({ " |:-\t".contains($0) })
        else { return false }
        let head = Self.cells(lines[at])
        guard (1...20).contains(head.count), Self.cells(lines[at + 1]).count == head.count else { return false }
        var block = Markdown.Block(isTable: true, head: Markdown.Row(cells: head.map { MarkdownInline.spans($0) }))
        at += 2
        while at < lines.count, lines[at].contains("|"), block.rows.count < 500 {
            let cells = Self.cells(lines[at], atMost: head.count).map { MarkdownInline.spans($0) }
            block.rows.append(Markdown.Row(cells: cells + Array(repeating: [], count: head.count - cells.count)))
            at += 1
        }
        blocks.append(block)
        return true
    }

    /// - Parameter limit: what is beyond it stays in the last cell: nothing that was written is left out.
    private static func cells(_ line: Substring, atMost limit: Int = .max) -> [Substring] {
        var line = line.trimmingPrefix(" ")
        while line.last?.isWhitespace == true { line.removeLast() }
        if line.first == "|" { line.removeFirst() }
        if line.last == "|" { line.removeLast() }
        return line.split(separator: "|", maxSplits: limit - 1, omittingEmptySubsequences: false).map { cell in
            cell.trimmingPrefix(" ")
        }
    }

    private static func fence(_ text: Substring) -> Substring? {
        for mark in ["```", "~~~"] where text.hasPrefix(mark) { return text.prefix(3) }
        return nil
    }

    private static func heading(_ text: Substring) -> Substring? {
        let rest = text.drop { $0 == "#" }
        let level = text.count - rest.count
        guard (1...6).contains(level), rest.first == " " else { return nil }
        return rest.dropFirst()
    }

    private static func isRule(_ text: Substring) -> Bool {
        let marks = text.filter { !$0.isWhitespace }
        guard let mark = marks.first, "-*_".contains(mark), marks.count >= 3 else { return false }
        return marks.allSatisfy { $0 == mark }
    }

    private static func item(_ text: Substring) -> (String, Substring)? {
        if let mark = text.first, "-*+".contains(mark), text.dropFirst().first == " " {
            return ("•", text.dropFirst(2))
        }
        let number = text.prefix { $0.isNumber }
        let rest = text.dropFirst(number.count)
        guard (1...9).contains(number.count), let mark = rest.first, mark == "." || mark == ")",
            rest.dropFirst().first == " "
        else { return nil }
        return ("\(number)\(mark)", rest.dropFirst(2))
    }
}
