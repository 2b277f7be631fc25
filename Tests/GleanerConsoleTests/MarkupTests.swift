import Testing

@testable import GleanerConsole

@Suite("Markup")
struct MarkupTests {
    private struct Row: Sendable { let value: String }
    private struct View: Sendable {
        let value: String
        let rows: [Row]
    }

    @Test(
        "no value opens a tag or leaves its attribute, whatever combining marks follow the character that would",
        arguments: ["\"", "'", "<", "&", ">"], ["", "\u{301}", "\u{200D}", "\u{FE0F}", "\u{20DD}"])
    func escaped(_ dangerous: String, _ mark: String) throws {
        let templates = try Templates([
            "frame": Array("<p title=\"{{value}}\">{{$main}}{{/main}}</p>".utf8),
            "part": Array("<b>{{value}}</b>".utf8),
            "page": Array("{{<frame}}{{$main}}{{#rows}}<i>{{value}}</i>{{> part}}{{/rows}}{{/main}}{{/frame}}".utf8),
        ])
        let value = "a" + dangerous + mark + "b"
        let page = templates.render("page", View(value: value, rows: [Row(value: value)]))
        let entity = ["\"": "&quot;", "'": "&#39;", "<": "&lt;", "&": "&amp;", ">": "&gt;"][dangerous]!
        let safe = "a" + entity + mark + "b"
        #expect(
            page.unicodeScalars.elementsEqual("<p title=\"\(safe)\"><i>\(safe)</i><b>\(safe)</b></p>".unicodeScalars))
    }

    @Test("every template can be parsed, and none asks for unescaped markup")
    func templates() throws {
        _ = try Templates()
        for (name, source) in TemplateSources.all {
            let text = String(decoding: source, as: UTF8.self)
            #expect(!text.contains("{{{") && !text.contains("{{&"), "\(name)")
            #expect(!text.contains("CONTENT_TYPE"), "\(name)")
            #expect(text.firstMatch(of: /[ ](?:style|on[a-z]+)="/) == nil, "\(name) has an inline style or handler")
        }
    }
}
