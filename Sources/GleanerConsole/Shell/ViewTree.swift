import Mustache

/// A view taken apart once, before it is rendered.
///
/// The template library reflects a struct anew for each `{{name}}`: on a list of fifty rows that was four fifths of a page's
/// time. Here each struct is reflected once. What a template sees is the same: properties by name, `nil` as absent.
final class ViewNode: MustacheParent, Sendable {
    private let children: [String: any Sendable]

    private init(_ children: [String: any Sendable]) { self.children = children }

    func child(named name: String) -> Any? { children[name] }

    /// A tree of nodes, arrays and plain values.
    static func tree(of view: any Sendable) -> any Sendable { plain(view) ?? ViewNode([:]) }

    /// `nil` for `nil`.
    private static func plain(_ value: Any) -> (any Sendable)? {
        switch value {
        case let text as String: return text
        case let flag as Bool: return flag
        case let number as Int: return number
        // It tells its properties itself, and better.
        case let parent as any MustacheParent & Sendable: return parent
        default: break
        }
        let mirror = Mirror(reflecting: value)
        switch mirror.displayStyle {
        case .optional: return mirror.children.first.flatMap { plain($0.value) }
        case .collection: return mirror.children.compactMap { plain($0.value) }
        case .struct:
            var children: [String: any Sendable] = [:]
            for (name, child) in mirror.children {
                if let name, let value = plain(child) { children[name] = value }
            }
            return ViewNode(children)
        // A page's views hold nothing else; what does is shown as it describes itself.
        default: return String(describing: value)
        }
    }
}
