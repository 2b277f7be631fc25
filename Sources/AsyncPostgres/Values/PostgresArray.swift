/// A one-dimensional array, such as the columns of `INSERT … SELECT FROM unnest($1::uuid[], …)`.
///
/// Elements may be optional; the array itself is `PostgresArray?` when the column may be NULL.
public struct PostgresArray<Element: Sendable>: Sendable {
    public let elements: [Element]
    public init(_ elements: [Element]) { self.elements = elements }
    public init(_ elements: some Sequence<Element>) { self.elements = Array(elements) }
}

extension PostgresArray: Equatable where Element: Equatable {}
extension PostgresArray: Hashable where Element: Hashable {}
extension PostgresArray: ExpressibleByArrayLiteral {
    public init(arrayLiteral elements: Element...) { self.elements = elements }
}

extension PostgresArray: PostgresEncodable where Element: PostgresEncodable {
    public static var postgresType: PostgresType {
        guard let type = Element.postgresType.array else {
            preconditionFailure("no array type is known for OID \(Element.postgresType.rawValue)")
        }
        return type
    }

    /// Header: dimensions, whether NULLs follow, element type, then count and lower bound of the one dimension.
    /// Source: `array_send` in PostgreSQL's `arrayfuncs.c`.
    public func encoded() throws(PostgresError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(20 + elements.count * 16)
        bytes.append(bigEndian: Int32(elements.isEmpty ? 0 : 1))
        bytes.append(bigEndian: Int32(0))
        bytes.append(bigEndian: Element.postgresType.rawValue)
        if elements.isEmpty { return bytes }
        bytes.append(bigEndian: Int32(elements.count))
        bytes.append(bigEndian: Int32(1))
        var hasNull = false
        for element in elements {
            let lengthAt = bytes.count
            bytes.append(bigEndian: Int32(-1))
            if element.isNull {
                hasNull = true
                continue
            }
            try element.encode(into: &bytes)
            bytes.overwrite(at: lengthAt, bigEndian: Int32(bytes.count - lengthAt - 4))
        }
        if hasNull { bytes.overwrite(at: 4, bigEndian: Int32(1)) }
        return bytes
    }
}

extension PostgresArray: PostgresDecodable where Element: PostgresDecodable {
    public static func decode(_ bytes: Span<UInt8>, type: PostgresType) throws(PostgresError) -> Self {
        guard let dimensions: Int32 = bytes.bigEndian(at: 0), let element: UInt32 = bytes.bigEndian(at: 8) else {
            throw mismatch(type)
        }
        // Any bytes might look like an array; the column's type says whether they are one.
        guard type.isUserDefined || PostgresType(rawValue: element).array == type else { throw mismatch(type) }
        if dimensions == 0 { return PostgresArray([Element]()) }
        guard dimensions == 1, let count: Int32 = bytes.bigEndian(at: 12), count >= 0 else { throw mismatch(type) }
        var elements: [Element] = []
        var position = 20
        for _ in 0..<count {
            guard let length: Int32 = bytes.bigEndian(at: position) else { throw mismatch(type) }
            position += 4
            if length < 0 {
                elements.append(try Element.decodeNull())
                continue
            }
            let end = position + Int(length)
            guard end <= bytes.count else { throw mismatch(type) }
            let value = bytes.extracting(position..<end)
            elements.append(try Element.decode(value, type: PostgresType(rawValue: element)))
            position = end
        }
        return PostgresArray(elements)
    }
}
