internal import CSimdjson

/// A value in a document; lives as long as its `JSONDocument`.
@safe public struct JSONElement {
    public enum Kind: Sendable, Hashable {
        case null, bool, integer, unsigned, double, rawNumber, string, array, object
    }

    let tape: UnsafePointer<UInt64>
    let strings: UnsafePointer<UInt8>
    let source: UnsafePointer<UInt8>
    let place: Int

    public var kind: Kind {
        switch Int(unsafe csimdjson_kind(tape, place)) {
        case CSIMDJSON_STRING: .string
        case CSIMDJSON_OBJECT: .object
        case CSIMDJSON_ARRAY: .array
        case CSIMDJSON_INT64: .integer
        case CSIMDJSON_UINT64: .unsigned
        case CSIMDJSON_DOUBLE: .double
        case CSIMDJSON_RAW_NUMBER: .rawNumber
        case CSIMDJSON_TRUE, CSIMDJSON_FALSE: .bool
        default: .null
        }
    }

    public var isNull: Bool { kind == .null }
    public var bool: Bool? {
        switch Int(unsafe csimdjson_kind(tape, place)) {
        case CSIMDJSON_TRUE: true
        case CSIMDJSON_FALSE: false
        default: nil
        }
    }
    /// Written as a whole number, within 64 bits with sign.
    public var int64: Int64? { kind == .integer ? Int64(bitPattern: unsafe tape[place + 1]) : nil }
    /// Written as a whole number from 2^63 to 2^64 - 1.
    public var uint64: UInt64? { kind == .unsigned ? unsafe tape[place + 1] : nil }
    /// Any number in range, rounded to the nearest.
    public var double: Double? {
        switch kind {
        case .double: Double(bitPattern: unsafe tape[place + 1])
        case .integer: Double(Int64(bitPattern: unsafe tape[place + 1]))
        case .unsigned: Double(unsafe tape[place + 1])
        default: nil
        }
    }
    /// A whole number in range, also when written as `5.0` or `5e0`.
    public var wholeNumber: Int64? { int64 ?? (kind == .double ? double.flatMap(Int64.init(exactly:)) : nil) }

    /// A string, unescaped.
    public var text: JSONText? { kind == .string ? textAnyway : nil }
    public var string: String? { text?.string }
    /// A number out of range, as it was written.
    public var rawNumber: JSONText? {
        guard kind == .rawNumber else { return nil }
        let start = Int(unsafe csimdjson_payload(tape, place))
        return unsafe JSONText(UnsafeRawBufferPointer(start: source + start, count: Int(tape[place + 1])))
    }

    /// The elements of an array; of anything else none.
    public var elements: JSONElements {
        kind == .array ? JSONElements(element(at: place + 1), end: after - 1) : JSONElements(self, end: place)
    }
    /// The members of an object in the order they were written, duplicates included; of anything else none.
    public var members: JSONMembers {
        kind == .object ? JSONMembers(element(at: place + 1), end: after - 1) : JSONMembers(self, end: place)
    }
    /// The first member of this name.
    public subscript(_ key: StaticString) -> JSONElement? {
        for member in members where member.key == key { return member.value }
        return nil
    }

    var after: Int { unsafe csimdjson_after(tape, place) }
    var textAnyway: JSONText {
        var size = 0
        let start = unsafe csimdjson_text(tape, strings, place, &size)
        return unsafe JSONText(UnsafeRawBufferPointer(start: start, count: size))
    }
    func element(at place: Int) -> JSONElement {
        unsafe JSONElement(tape: tape, strings: strings, source: source, place: place)
    }
}

public struct JSONElements: Sequence, IteratorProtocol {
    private var next_: JSONElement
    private let end: Int

    init(_ first: JSONElement, end: Int) {
        next_ = first
        self.end = end
    }
    public mutating func next() -> JSONElement? {
        guard next_.place < end else { return nil }
        let element = next_
        next_ = element.element(at: element.after)
        return element
    }
}

public struct JSONMembers: Sequence, IteratorProtocol {
    public struct Member {
        /// Unescaped.
        public let key: JSONText
        public let value: JSONElement
    }
    private var name: JSONElement
    private let end: Int

    init(_ first: JSONElement, end: Int) {
        name = first
        self.end = end
    }
    public mutating func next() -> Member? {
        guard name.place < end else { return nil }
        let member = Member(key: name.textAnyway, value: name.element(at: name.place + 1))
        name = name.element(at: member.value.after)
        return member
    }
}
