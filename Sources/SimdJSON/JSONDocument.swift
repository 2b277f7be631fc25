internal import CSimdjson

/// A document that a `JSONParser` has read; only inside the closure it was given to.
@safe public struct JSONDocument {
    private let parser: OpaquePointer
    private let raw: csimdjson_document

    init(parser: OpaquePointer, raw: csimdjson_document) {
        unsafe self.parser = parser
        unsafe self.raw = raw
    }

    public var root: JSONElement { element(at: 1) }
    /// Whether there is an escape that is half of a pair, somewhere.
    public var hasLoneSurrogates: Bool { unsafe raw.lone_surrogates }
    /// Whether there is a number out of range, somewhere.
    public var hasRawNumbers: Bool { unsafe raw.raw_numbers }

    /// Whether an object at or below `element` has a key twice, compared after unescaping.
    public func hasDuplicateKeys(below element: JSONElement) -> Bool {
        unsafe csimdjson_has_duplicate_keys(parser, element.place)
    }

    /// Whether `element` and all below it hold no U+0000 and no numbers but whole ones within 64 bits.
    public func isSimple(_ element: JSONElement) -> Bool { unsafe csimdjson_is_simple(parser, element.place) }

    /// The members of the outermost object in the order they were written, duplicates included; none when the document
    /// is something else.
    public var members: [Member] {
        var first: UnsafePointer<csimdjson_member>?
        let count = unsafe csimdjson_members(parser, &first)
        return unsafe UnsafeBufferPointer(start: first, count: count).map { member in
            Member(
                key: element(at: member.key).textAnyway,
                keyRange: member.key_offset..<member.key_offset + member.key_size, value: element(at: member.value),
                valueRange: member.value_offset..<member.value_offset + member.value_size)
        }
    }

    /// A member of the outermost object, and where it stands in the bytes.
    public struct Member {
        /// Unescaped.
        public let key: JSONText
        /// With the quotes.
        public let keyRange: Range<Int>
        public let value: JSONElement
        public let valueRange: Range<Int>
    }

    private func element(at place: Int) -> JSONElement {
        unsafe JSONElement(tape: raw.tape, strings: raw.strings, source: raw.source, place: place)
    }
}
