import Mustache

/// The templates of the pages, embedded in the binary and parsed once, at the start.
struct Templates: Sendable {
    private let library: MustacheLibrary

    /// - Throws: the parser's error, when a template cannot be read; tests parse them all.
    init(_ sources: [String: [UInt8]] = TemplateSources.all) throws {
        MustacheContentTypes.register(MarkupEscape(), named: MarkupEscape.name)
        library = MustacheLibrary(
            templates: try sources.mapValues {
                try MustacheTemplate(string: MarkupEscape.pragma + String(decoding: $0, as: UTF8.self))
            })
    }

    /// - Precondition: there is such a template.
    func render(_ name: String, _ view: some Sendable) -> String {
        guard let text = library.render(view, withTemplate: name) else {
            preconditionFailure("there is no template `\(name)`")
        }
        return text
    }
}
