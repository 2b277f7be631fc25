import GleanerCore

/// Turns frozen lines into those of a format; those that are in it already go through untouched.
struct ExampleRewriter: Sendable {
    struct Lines {
        let lines: [[UInt8]]
        let simplified: Set<Simplification>
    }

    let format: ExportFormat
    let kind: DatasetKind
    private let writer: (any LineFormat)?

    init(_ format: ExportFormat, _ kind: DatasetKind, _ schema: ExportSchema) {
        self.format = format
        self.kind = kind
        writer = format.isFrozen(as: kind) ? nil : format.rewriter(schema)
    }

    var changesNothing: Bool { writer == nil }
    var linesPerExample: Int { format.linesPerExample(kind) }

    /// - Parameter content: a frozen line.
    func lines(of content: some Sequence<UInt8>) throws(Unfit) -> Lines {
        guard let writer else { return Lines(lines: [Array(content)], simplified: []) }
        let written = try writer.write(CanonicalExample(parsing: content, kind: kind))
        var lines: [[UInt8]] = []
        for line in written.lines {
            guard let bytes = try? line.canonicalBytes() else { throw .unreadable }
            lines.append(bytes)
        }
        return Lines(lines: lines, simplified: written.simplified)
    }
}
