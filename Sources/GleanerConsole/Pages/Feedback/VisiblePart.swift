/// A run of what somebody wrote, for the page and for its module: characters that nobody would see stand as escapes.
struct VisiblePart: Sendable, Encodable {
    let text: String
    let isHidden: Bool

    static func parts(of text: String) -> [VisiblePart] {
        Span.visible(text).map { VisiblePart(text: $0.text, isHidden: $0.isHidden) }
    }
}
