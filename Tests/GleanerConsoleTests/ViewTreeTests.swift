import Mustache
import Testing

@testable import GleanerConsole

@Suite("Views")
struct ViewTreeTests {
    private struct Row: Sendable {
        let name: String
        let note: String?
        let count: Int
        let tags: [String]
        var isOpen = true
    }
    private struct View: Sendable {
        let title: String
        let rows: [Row]
        let first: Row?
        let missing: Row?
        let none: [Row]
    }

    private static let view = View(
        title: "a <b>",
        rows: [
            Row(name: "x", note: nil, count: 0, tags: []),
            Row(name: "ÿ", note: "n", count: 2, tags: ["s", "t"], isOpen: false),
        ], first: Row(name: "f", note: nil, count: 1, tags: []), missing: nil, none: [])

    @Test("a view taken apart renders as the view itself does")
    func same() throws {
        let template = try MustacheTemplate(
            string: """
                {{title}}{{#rows}}[{{name}}{{#note}} {{note}}{{/note}}{{^note}} -{{/note}} {{count}}{{#tags}}{{.}}{{^last()}},{{/last()}}{{/tags}}\
                {{#isOpen}} open{{/isOpen}}]{{/rows}}{{first.name}}{{#missing}}!{{/missing}}{{^missing}}?{{/missing}}{{^none}}none{{/none}}
                """)
        let plain = template.render(Self.view)
        #expect(template.render(ViewNode.tree(of: Self.view)) == plain)
        #expect(plain.contains("[ÿ n 2s,t]"))
    }
}
