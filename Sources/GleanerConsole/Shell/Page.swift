/// What a page shows: a template and the view it is filled with.
///
/// A view is a struct of texts, numbers, flags and arrays of such structs; the template names its properties. Everything
/// is escaped; there is no way to give markup to a template.
public struct Page: Sendable {
    let template: String
    /// In the title bar and as the page's heading.
    let title: String
    let view: any Sendable
    /// Modules of `Assets/` that the page wants besides those of the shell.
    let modules: [String]

    public init(_ template: String, title: String, view: any Sendable, modules: [String] = []) {
        self.template = template
        self.title = title
        self.view = view
        self.modules = modules
    }
}
