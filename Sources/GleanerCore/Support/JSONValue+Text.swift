public import SimdJSON

extension JSONValue {
    /// One document in UTF-8, up to 512 levels. Of members of the same name the first counts.
    /// - Throws: `JSONError`.
    public init(parsing bytes: some Sequence<UInt8>) throws {
        // A whole number beyond 64 bits is a `Double` like any other, so the reader must not refuse it.
        var parser = JSONParser(JSONRules(keepsNumbersOutOfRange: true))
        self = try parser.withDocument(Array(bytes).span.bytes) { (document) throws(JSONError) in
            try JSONValue(document.root)
        }
    }

    /// A copy of what was read.
    /// - Throws: `JSONError.numberOutOfRange` for a number that no `Double` holds.
    public init(_ element: JSONElement) throws(JSONError) {
        switch element.kind {
        case .null: self = .null
        case .bool: self = .bool(element.bool!)
        case .integer: self = .integer(element.int64!)
        case .string: self = .string(element.string!)
        case .unsigned, .double, .rawNumber: self = try Self.number(element)
        case .array:
            var elements: [JSONValue] = []
            for element in element.elements { elements.append(try JSONValue(element)) }
            self = .array(elements)
        case .object:
            var members: [String: JSONValue] = [:]
            for member in element.members {
                let key = member.key.string
                if members[key] == nil { members[key] = try JSONValue(member.value) }
            }
            self = .object(members)
        }
    }

    private static func number(_ element: JSONElement) throws(JSONError) -> JSONValue {
        guard let value = element.double ?? element.rawNumber.flatMap({ Double($0.string) }), value.isFinite else {
            throw .numberOutOfRange
        }
        // `5.0` and `5e0` are whole, too; what was written with more digits than 64 bits hold is not.
        return element.kind == .double ? Int64(exactly: value).map { .integer($0) } ?? .number(value) : .number(value)
    }

    /// One line, keys sorted by their bytes, `/` as it is, U+2028 and U+2029 escaped: the same value gives the same bytes.
    /// - Throws: `JSONError.numberOutOfRange` for a number that is not finite.
    public func canonicalBytes() throws -> [UInt8] {
        var writer = JSONWriter()
        try write(to: &writer)
        return writer.bytes
    }

    /// Appends the canonical bytes.
    public func write(to writer: inout JSONWriter) throws(JSONError) {
        switch self {
        case .null: writer.null()
        case .bool(let value): writer.bool(value)
        case .integer(let value): writer.integer(value)
        case .string(let value): writer.string(value)
        case .number(let value):
            guard value.isFinite else { throw .numberOutOfRange }
            writer.double(value)
        case .array(let elements):
            writer.raw("[")
            for (index, element) in elements.enumerated() {
                if index > 0 { writer.raw(",") }
                try element.write(to: &writer)
            }
            writer.raw("]")
        case .object(let members):
            writer.raw("{")
            let sorted = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            for (index, member) in sorted.enumerated() {
                if index > 0 { writer.raw(",") }
                writer.string(member.key)
                writer.raw(":")
                try member.value.write(to: &writer)
            }
            writer.raw("}")
        }
    }
}
