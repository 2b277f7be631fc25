import GleanerCore
import GleanerReview
import GleanerTestSupport
import Testing

@testable import GleanerConsole

@Suite("Text that others wrote")
struct MarkdownTests {
    /// Blocks and spans as short marks, for comparing.
    private func shape(_ source: String) -> [String] {
        Markdown(source).blocks.map { block in
            let kind =
                block.isHeading
                ? "#"
                : block.isQuote
                    ? ">"
                    : block.isRule
                        ? "---"
                        : block.isCode
                            ? "```"
                            : block.isItem ? "\(block.depth)\(block.marker)" : block.isTable ? "|" : "p"
            let text =
                block.isTable
                ? ([block.head!] + block.rows).map { $0.cells.map { words($0) }.joined(separator: "/") }.joined(
                    separator: ";")
                : words(block.spans)
            return "\(kind) \(text)"
        }
    }
    private func words(_ spans: [Span]) -> String {
        spans.map { span in
            var text = span.isHidden ? "{\(span.text)}" : span.text
            if span.isCode { text = "`\(text)`" }
            if span.isEmphasis { text = "_\(text)_" }
            if span.isStrong { text = "*\(text)*" }
            if span.isStruck { text = "~\(text)~" }
            if let href = span.href { text = "<\(text)|\(href)\(span.host.map { "|\($0)" } ?? "")>" }
            return text
        }.joined()
    }

    @Test("blocks are told apart, and lines of a paragraph stay lines")
    func blocks() {
        #expect(
            shape("# Kadhi\n\nPehla\ndoosra\n\n- ek\n  - do\n1. teen\n> kaha\n\n---\n```swift\nlet a = *b*\n```\nend")
                == [
                    "# Kadhi", "p Pehla\ndoosra", "0• ek", "1• do", "01. teen", "> kaha", "--- ",
                    "``` _swift\n_let a = *b*", "p end",
                ])
        #expect(shape("| a | b |\n|---|:-:|\n| 1 | **2** |\n| 3 |\nend") == ["| a /b ;1 /*2* ;3 /", "p end"])
        #expect(shape("a | b\nc") == ["p a | b\nc"])
        #expect(shape("```\nnever closed") == ["``` never closed"])
        #expect(shape("~~~\n~~~ not closed yet\n~~~~ \nend") == ["``` ~~~ not closed yet", "p end"])
        #expect(shape("") == [])
    }

    @Test("emphasis, code and strikes are shown; signs that mean themselves stay")
    func inline() {
        #expect(shape("**bold** *em* `co*de*` ~~gone~~ ***both***") == ["p *bold* _em_ `co*de*` ~gone~ *_both_*"])
        #expect(shape("2 * 3 * 4, snake_case_name, \\*kept\\*, a*") == ["p 2 * 3 * 4, snake_case_name, *kept*, a*"])
        #expect(shape("**चाय _garam_ hai**") == ["p *चाय **_garam_** hai*"])
    }

    @Test("links show where they lead, and only http, https and mail can be followed")
    func links() {
        #expect(
            shape("[mera bank](https://evil.example/x) https://a.example/b. <mailto:a@b.example>") == [
                "p <mera bank|https://evil.example/x|evil.example> <https://a.example/b|https://a.example/b>. <mailto:a@b.example|mailto:a@b.example>"
            ])
        #expect(
            shape("[https://bank.example/](https://e.example/)") == [
                "p <https://bank.example/|https://e.example/|e.example>"
            ])
        #expect(shape("[a](https://a.example kya)") == ["p [a](<https://a.example|https://a.example> kya)"])
        for address in [
            "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "//evil.example",
            "file:///etc/passwd",
            "https://good.example@evil.example/", "https://", "https:evil", "https://ex\u{202E}ample.com",
            "https://exämple.com",
            "https://a.example/\"onmouseover=alert(1)", " https://a.example", "mailto:nobody", "https://a.example\\@b",
            "java\tscript:alert(1)", "&#106;avascript:alert(1)",
        ] {
            let spans = Markdown("[x](\(address))").blocks.flatMap(\.spans) + Markdown(address).blocks.flatMap(\.spans)
            let found = spans.compactMap(\.href).filter {
                !$0.hasPrefix("https://") && !$0.hasPrefix("http://") && !$0.hasPrefix("mailto:")
            }
            #expect(found.isEmpty, "\(address)")
            #expect(SafeLink(address) == nil || address == "https://a.example/\"onmouseover=alert(1)", "\(address)")
        }
    }

    @Test("an image is named with its address and never fetched")
    func images() {
        let spans = Markdown("![cat](https://evil.example/x.png?secret=1)").blocks.flatMap(\.spans)
        #expect(spans.allSatisfy { $0.href == nil })
        #expect(words(spans) == "`[image] cat (https://evil.example/x.png?secret=1)`")
    }

    @Test("what nobody sees is shown as an escape, spelling of Indic scripts and emoji is not")
    func hidden() {
        #expect(words(Span.visible("a\u{202E}b\u{200B}c\u{E0041}\u{7}")) == "a{U+202E}b{U+200B}c{U+E0041}{U+0007}")
        #expect(words(Span.visible("क्‍ष 👨‍👩‍👧 ❤️ سلام\tok\n")) == "क्‍ष 👨‍👩‍👧 ❤️ سلام\tok\n")
        #expect(words(Markdown("`\u{202E}`").blocks[0].spans) == "`{U+202E}`")
        let pile = "e" + String(repeating: "\u{301}", count: 10_000) + "x"
        #expect(words(Span.visible(pile)) == "e" + String(repeating: "\u{301}", count: 8) + "{9992 more marks}x")
    }

    @Test(
        "whatever is written, every letter of it is shown, in little time", .timeLimit(.minutes(1)), arguments: 0..<40)
    func nothingLost(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let pieces = [
            "*", "**", "_", "`", "[", "](", ")", "!", "<", ">", "|", "\n", "#", "-", " ", "~~", "http://", "a", "क",
            "\\", "1.",
        ]
        let source = (0..<400).map { _ in pieces.randomElement(using: &random)! }.joined()
        let letters = source.filter(\.isLetter).filter { !"htp".contains($0) }
        let shown = Markdown(source).blocks.flatMap { block in
            block.spans + ([block.head].compactMap(\.self) + block.rows).flatMap { $0.cells.flatMap(\.self) }
        }.map(\.text).joined()
        #expect(
            shown.filter(\.isLetter).filter { !"htpimage".contains($0) } == letters.filter { !"htpimage".contains($0) },
            "\(source)")
    }

    @Test(
        "text made to be slow is read in time",
        .timeLimit(.minutes(1)),
        arguments: [
            "*a", "[", "`", "`a", "![a](", "<", "**", "_a ", "> ", "| a ", "~~", "http://", "[a](", "](", "~~a *b _c ",
            "\u{200B}",
            "a\u{301}",
        ])
    func hostile(_ piece: String) {
        let text = String(repeating: piece, count: Markdown.longest / piece.utf8.count)
        let began = ContinuousClock.now
        let markdown = Markdown(text)
        // Of what a debug build takes for it, some hundred times; a square of it would be hours.
        #expect(ContinuousClock.now - began < .seconds(20))
        #expect(!markdown.blocks.isEmpty)
    }

    @Test("what is longer than a page can show is cut between letters, a run of hidden characters is counted")
    func excerpts() {
        let long = String(repeating: "मु", count: 40_000)
        let shown = Excerpt.of(long) { "\($0) more" }
        #expect(shown.utf8.count < Excerpt.longest + 40)
        #expect(shown.hasSuffix("… (200001 more)") && !shown.contains("\u{FFFD}"))
        #expect(Excerpt.of("abc") { _ in "more" } == "abc")
        #expect(
            words(Span.visible(String(repeating: "\u{200B}", count: 900) + "a\u{200B}\u{200C}"))
                == "{U+200B ×900}a{U+200B}{U+200C}")
        let bits = "नमस्ते\u{200C}\u{200D}\u{200C}"
        #expect(words(Span.visible(bits)) == "नमस्ते\u{200C}{U+200D}{U+200C}")
        #expect(
            words(Span.visible("1\u{FE0F}\u{20E3} ❤\u{FE0F}\u{200D}🔥 x\u{FE0F}\u{FE0F}"))
                == "1\u{FE0F}\u{20E3} ❤\u{FE0F}\u{200D}🔥 x{U+FE0F ×2}")
        let many = Talk(Array(repeating: ["role": "user", "content": .string(long)], count: 300))
        #expect(many.turns.count == 11 && many.leftOut == "289")
        #expect(Talk(Array(repeating: ["role": "user", "content": "a"], count: 300)).turns.count == Talk.mostMessages)
    }

    @Test("more than the longest is one block as it is")
    func longest() {
        #expect(Markdown(String(repeating: "*", count: Markdown.longest + 1)).blocks.count == 1)
    }

    @Test("a conversation has its turns, calls and the answer marked; what is no text is named")
    func talk() {
        let talk = Talk(
            [
                ["role": "system", "content": "Be kind."],
                ["role": "user", "content": [["type": "text", "text": "dekho"], ["type": "image_url"]]],
                [
                    "role": "assistant", "content": nil,
                    "tool_calls": [["function": ["name": "mausam", "arguments": "{}"]]],
                ],
                ["role": "tool", "content": "{\"t\":31}"], ["role": "<b>", "content": 7],
            ], answer: ["role": "assistant", "content": "**31**"])
        #expect(talk.turns[4].role == "unknown role")
        #expect(talk.turns.map(\.kind) == ["system", "user", "assistant", "tool", "other", "answer"])
        #expect(talk.turns.map(\.isFolded) == [true, false, false, true, false, false])
        #expect(words(talk.turns[1].blocks.flatMap(\.spans)) == "dekho[image_url]")
        #expect(words(talk.turns[2].calls[0].name) == "mausam")
        #expect(talk.turns[5].hasSource && !talk.turns[1].hasSource)
        #expect(words(talk.turns[5].source) == "**31**")
    }
}

@Suite("Judgements as forms send them")
struct ReviewFormTests {
    private func form(_ text: String) throws -> Form { Form(fields: try Form.decode(text), json: nil, csrf: nil) }

    @Test("each kind of question has its own field, and a field that is not the reviewer's is refused")
    func fields() throws {
        let given = try ReviewAnswers(
            form(
                "slot=s&score.accuracy=4&choice.action=keep&choices.errors=a&choices.errors=b&text.why=kyon&correction=x%0D%0Ay&comment="
            ),
            besides: "slot")
        #expect(given.scores == ["accuracy": 4])
        #expect(given.answers == ["action": "keep", "errors": ["a", "b"], "why": "kyon"])
        #expect(given.correction == "x\ny")
        for wrong in ["role=admin", "score=4", "score.accuracy=x", "kind.accuracy=1", "reviewer=ravi"] {
            #expect(throws: FormError.self) { try ReviewAnswers(form(wrong)) }
        }
    }
}
