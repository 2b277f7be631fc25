import Mustache

extension Markdown.Block: MustacheParent {
    func child(named name: String) -> Any? {
        switch name {
        case "spans": spans
        case "isParagraph": isParagraph
        case "isHeading": isHeading
        case "isQuote": isQuote
        case "isRule": isRule
        case "isCode": isCode
        case "isItem": isItem
        case "marker": marker
        case "depth": depth
        case "isTable": isTable
        case "head": head ?? Markdown.Row(cells: [])
        case "rows": rows
        default: nil
        }
    }
}
