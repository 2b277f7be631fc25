/// The parameters of a request's query, decoded as an HTML form encodes them: `+` and `%20` are spaces.
///
/// Those that are left empty, as a form's untouched fields are, count as absent.
public struct QueryItems: Sendable, Hashable {
    public private(set) var items: [(name: String, value: String)] = []

    /// - Throws: `QueryError` for what is not UTF-8 once decoded, holds U+0000, or is given twice.
    public init() {}

    public init(_ query: String?) throws(QueryError) {
        for part in (query ?? "").split(separator: "&") {
            let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decode(halves[0]), Self.isName(name) else { throw .unreadable("the query") }
            guard let value = halves.count == 1 ? "" : Self.decode(halves[1]) else { throw .unreadable(name) }
            if value.utf8.contains(0) { throw .holdsNUL(name) }
            if value.isEmpty { continue }
            if items.contains(where: { $0.name == name }) { throw .repeated(name) }
            items.append((name, value))
        }
    }

    public subscript(_ name: String) -> String? { items.first { $0.name == name }?.value }

    /// The first parameter, by name, that is not among `known`.
    public func unknown(besides known: Set<String>) -> String? {
        items.map(\.name).filter { !known.contains($0) }.min()
    }

    /// `nil` for half a percent escape, and for bytes that are not UTF-8.
    static func decode(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst()?.hexDigit, let low = rest.popFirst()?.hexDigit else { return nil }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// Names go into answers; what is none of ours is not repeated.
    private static func isName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 32
            && name.utf8.allSatisfy { $0 == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
    }

    public static func == (left: QueryItems, right: QueryItems) -> Bool {
        left.items.elementsEqual(right.items) { $0 == $1 }
    }
    public func hash(into hasher: inout Hasher) {
        for item in items {
            hasher.combine(item.name)
            hasher.combine(item.value)
        }
    }
}

extension UInt8 {
    fileprivate var hexDigit: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
