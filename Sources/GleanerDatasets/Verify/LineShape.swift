import GleanerCore

/// The members and types of a line, as a reader with one schema for the whole file sees them.
indirect enum LineShape: Sendable, Hashable {
    case text, number, bool
    /// Null, or an element of an empty list: fits everything.
    case unknown
    case list(LineShape)
    case object([String: LineShape])

    init(_ value: JSONValue) {
        switch value {
        case .null: self = .unknown
        case .bool: self = .bool
        case .integer, .number: self = .number
        case .string: self = .text
        case .array(let elements):
            self = .list(elements.reduce(.unknown) { $0.joined(with: LineShape($1)) ?? $0 })
        case .object(let members): self = .object(members.mapValues(LineShape.init))
        }
    }

    /// What both are; `nil` when no schema holds both.
    func joined(with other: LineShape) -> LineShape? {
        switch (self, other) {
        case (.unknown, let shape), (let shape, .unknown): return shape
        case (.list(let one), .list(let two)): return one.joined(with: two).map { .list($0) }
        case (.object(let one), .object(let two)):
            guard one.keys == two.keys else { return nil }
            var members: [String: LineShape] = [:]
            for (key, shape) in one {
                guard let joined = two[key].flatMap({ shape.joined(with: $0) }) else { return nil }
                members[key] = joined
            }
            return .object(members)
        default: return self == other ? self : nil
        }
    }
}
