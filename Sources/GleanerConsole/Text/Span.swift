import GleanerCore
import Mustache

/// A run of text that looks alike, for the partial `spans`. The template escapes it like everything.
struct Span: Sendable, Hashable {
    var text: String
    /// An escape that stands for what nobody would see.
    var isHidden = false
    var isStrong = false
    var isEmphasis = false
    var isStruck = false
    var isCode = false
    /// `http`, `https` or `mailto`, checked.
    var href: String?
    /// Shown beside the link's words, which may say anything.
    var host: String?

    /// Text cut where hidden characters stand; those become `U+202E`, and a run of one of them `U+202E ×3`.
    ///
    /// Of more than `longestPile` marks on one letter the rest is counted: a pile of them paints over its neighbours.
    static func visible(_ text: some StringProtocol, like style: Span = Span(text: "")) -> [Span] {
        var spans: [Span] = []
        var plain = ""
        var pile = 0
        func add(_ text: String, isHidden: Bool) {
            var span = style
            span.text = text
            span.isHidden = isHidden
            spans.append(span)
        }
        var run: (scalar: Unicode.Scalar, count: Int)?
        func flush() {
            if !plain.isEmpty { add(plain, isHidden: false) }
            plain = ""
            guard let (scalar, count) = run else { return }
            let name = "U+" + String(scalar.value, radix: 16, uppercase: true).padded(to: 4)
            add(count == 1 ? name : "\(name) ×\(count)", isHidden: true)
            run = nil
        }
        var previous: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            let isMark =
                scalar.properties.generalCategory == .nonspacingMark
                || scalar.properties.generalCategory == .enclosingMark
            if !isMark, pile > longestPile {
                flush()
                add("\(pile - longestPile) more marks", isHidden: true)
            }
            pile = isMark ? pile + 1 : 0
            if HiddenCharacters.isHidden(scalar, after: previous) {
                if run?.scalar != scalar { flush() }
                run = (scalar, (run?.count ?? 0) + 1)
            } else if pile <= longestPile {
                if run != nil { flush() }
                plain.unicodeScalars.append(scalar)
            }
            previous = scalar
        }
        flush()
        if pile > longestPile { add("\(pile - longestPile) more marks", isHidden: true) }
        return spans
    }

    /// Enough for every living script.
    private static let longestPile = 8
}

extension String {
    fileprivate func padded(to width: Int) -> String { String(repeating: "0", count: max(0, width - count)) + self }
}

/// Told by name without reflection: a page has hundreds of them, and a name that is not theirs must not be looked for in
/// what surrounds them.
extension Span: MustacheParent {
    func child(named name: String) -> Any? {
        switch name {
        case "text": text
        case "isHidden": isHidden
        case "isStrong": isStrong
        case "isEmphasis": isEmphasis
        case "isStruck": isStruck
        case "isCode": isCode
        case "isLink": href != nil
        case "href": href ?? ""
        case "hasHost": host != nil
        case "host": host ?? ""
        default: nil
        }
    }
}
