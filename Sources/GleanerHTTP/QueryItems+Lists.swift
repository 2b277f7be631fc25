public import GleanerCore

/// What most lists take. What cannot be meant is refused by name, and never passes for the default.
extension QueryItems {
    /// - Throws: `QueryError.unknown` as well, for the first parameter that is not among `known`.
    public init(_ query: String?, only known: Set<String>) throws(QueryError) {
        try self.init(query)
        if let unknown = unknown(besides: known) { throw .unknown(unknown) }
    }

    public func id<Entity>(_ name: String) throws(QueryError) -> ID<Entity>? {
        guard let text = self[name] else { return nil }
        guard let id = ID<Entity>(text) else { throw .invalid(name, problem: "is not an id") }
        return id
    }

    /// A whole number.
    public func count(_ name: String, standard: Int, in range: ClosedRange<Int>) throws(QueryError) -> Int {
        guard let text = self[name] else { return standard }
        guard let count = Int(text), range.contains(count) else {
            throw .invalid(name, problem: "is not \(range.lowerBound) to \(range.upperBound)")
        }
        return count
    }

    /// How many a list gives at once: 50 when nothing is said, 500 at most.
    public func limit() throws(QueryError) -> Int { try count("limit", standard: 50, in: 1...500) }
}
