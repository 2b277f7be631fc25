/// Why a text is not JSON. Positions are bytes from its start.
public enum JSONTextError: Error, Sendable, Hashable {
    case syntax(at: Int)
    case tooDeep
    case notAnObject
    case notUTF8
    /// A `\u` escape that is half of a pair: no text can be made of it.
    case loneSurrogate
}

/// A JSON object, checked to its last byte, whose members keep the bytes they came as.
///
/// Requests and answers are cut out of what a client sent instead of being written anew: numbers, escapes, spaces and
/// the order of members stay as they were. The syntax is RFC 8259's, nothing more: no trailing commas, no NaN.
public struct JSONText: Sendable {
    public struct Member: Sendable {
        public let name: String
        /// One JSON value without the space around it.
        public let value: ArraySlice<UInt8>
    }

    /// In their order; a name may come twice.
    public let members: [Member]

    /// - Throws: `JSONTextError`.
    public init(_ bytes: ArraySlice<UInt8>) throws(JSONTextError) {
        guard String(validating: bytes, as: UTF8.self) != nil else { throw .notUTF8 }
        var scanner = JSONScanner(bytes)
        scanner.skipSpace()
        guard scanner.peek == UInt8(ascii: "{") else { throw .notAnObject }
        members = try scanner.members()
        scanner.skipSpace()
        guard scanner.isAtEnd else { throw .syntax(at: scanner.offset) }
    }

    /// The last value of that name, as JSON readers take it; `nil` also for `null`.
    public subscript(_ name: String) -> ArraySlice<UInt8>? {
        guard let value = members.last(where: { $0.name == name })?.value, !value.elementsEqual("null".utf8) else {
            return nil
        }
        return value
    }
}

/// Walks over JSON values without building any.
struct JSONScanner {
    static let deepest = 512

    private let bytes: ArraySlice<UInt8>
    private var position: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    var isAtEnd: Bool { position == bytes.endIndex }
    var offset: Int { position - bytes.startIndex }
    var peek: UInt8? { position < bytes.endIndex ? bytes[position] : nil }

    mutating func skipSpace() {
        while position < bytes.endIndex, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[position]) { position += 1 }
    }

    /// The members of the object that begins here.
    mutating func members() throws(JSONTextError) -> [JSONText.Member] {
        var members: [JSONText.Member] = []
        try object(depth: 1) { name, value throws(JSONTextError) in
            members.append(.init(name: try JSONString.decoded(name), value: value))
        }
        return members
    }

    /// The elements of the array that begins here.
    mutating func elements() throws(JSONTextError) -> [ArraySlice<UInt8>] {
        var elements: [ArraySlice<UInt8>] = []
        try array(depth: 1) { elements.append($0) }
        return elements
    }

    private mutating func object(
        depth: Int, _ each: (ArraySlice<UInt8>, ArraySlice<UInt8>) throws(JSONTextError) -> Void
    ) throws(JSONTextError) {
        guard depth <= Self.deepest else { throw .tooDeep }
        position += 1
        skipSpace()
        if take("}") { return }
        repeat {
            skipSpace()
            let name = position
            try string()
            let nameEnd = position
            skipSpace()
            guard take(":") else { throw .syntax(at: offset) }
            let value = try spanned(depth: depth)
            try each(bytes[name..<nameEnd], value)
            skipSpace()
        } while take(",")
        guard take("}") else { throw .syntax(at: offset) }
    }

    private mutating func array(
        depth: Int, _ each: (ArraySlice<UInt8>) throws(JSONTextError) -> Void
    ) throws(JSONTextError) {
        guard depth <= Self.deepest else { throw .tooDeep }
        position += 1
        skipSpace()
        if take("]") { return }
        repeat {
            try each(try spanned(depth: depth))
            skipSpace()
        } while take(",")
        guard take("]") else { throw .syntax(at: offset) }
    }

    private mutating func spanned(depth: Int) throws(JSONTextError) -> ArraySlice<UInt8> {
        skipSpace()
        let start = position
        try value(depth: depth)
        return bytes[start..<position]
    }

    private mutating func value(depth: Int) throws(JSONTextError) {
        switch peek {
        case UInt8(ascii: "{"): try object(depth: depth + 1) { _, _ in }
        case UInt8(ascii: "["): try array(depth: depth + 1) { _ in }
        case UInt8(ascii: "\""): try string()
        case UInt8(ascii: "t"): try word("true")
        case UInt8(ascii: "f"): try word("false")
        case UInt8(ascii: "n"): try word("null")
        default: try number()
        }
    }

    private mutating func string() throws(JSONTextError) {
        guard take("\"") else { throw .syntax(at: offset) }
        while let byte = peek {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return
            case UInt8(ascii: "\\"): try escape()
            case ..<0x20: throw .syntax(at: offset - 1)
            default: break
            }
        }
        throw .syntax(at: offset)
    }

    private mutating func escape() throws(JSONTextError) {
        guard let kind = peek else { throw .syntax(at: offset) }
        position += 1
        if kind == UInt8(ascii: "u") {
            for _ in 0..<4 {
                guard let digit = peek, Character(UnicodeScalar(digit)).isHexDigit else { throw .syntax(at: offset) }
                position += 1
            }
        } else if !#""\/bfnrt"#.utf8.contains(kind) {
            throw .syntax(at: offset - 1)
        }
    }

    private mutating func number() throws(JSONTextError) {
        _ = take("-")
        if !take("0") { try digits() }
        if take(".") { try digits() }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            try digits()
        }
    }

    private mutating func digits() throws(JSONTextError) {
        let start = position
        while let byte = peek, (0x30...0x39).contains(byte) { position += 1 }
        if position == start { throw .syntax(at: offset) }
    }

    private mutating func word(_ word: StaticString) throws(JSONTextError) {
        let expected = word.description.utf8
        guard bytes[position...].starts(with: expected) else { throw .syntax(at: offset) }
        position += expected.count
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }
}
