internal import Glibc

/// Writes JSON text on one line, without white space. Whoever uses it keeps the grammar.
///
/// Strings are escaped as Foundation does it, `/` stays as it is, and U+2028 and U+2029, which end a line for some
/// readers, are escaped too. Numbers are the shortest text that reads as the same `Double`, whole ones without `.0`.
public struct JSONWriter {
    public private(set) var bytes: [UInt8] = []
    /// Writes U+0000 as U+FFFD, for readers that cannot hold it.
    public var replacesNUL: Bool
    public private(set) var hasReplacedNUL = false
    /// A half of a surrogate pair became U+FFFD.
    public private(set) var hasReplacedSurrogates = false

    public init(replacingNUL: Bool = false) { replacesNUL = replacingNUL }

    public mutating func reserve(_ count: Int) { bytes.reserveCapacity(count) }

    /// Text that is JSON already.
    public mutating func raw(_ text: StaticString) {
        unsafe bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
    public mutating func raw(_ json: some Sequence<UInt8>) { bytes.append(contentsOf: json) }

    public mutating func bool(_ value: Bool) { raw(value ? "true" : "false") }
    public mutating func null() { raw("null") }
    public mutating func integer(_ value: some BinaryInteger) { bytes.append(contentsOf: value.description.utf8) }
    /// - Parameter value: finite.
    public mutating func double(_ value: Double) {
        let text = value.description
        bytes.append(contentsOf: text.hasSuffix(".0") ? text.utf8.dropLast(2) : text.utf8[...])
    }

    public mutating func string(_ text: String) {
        var text = text
        text.withUTF8 { unsafe string(UnsafeRawBufferPointer($0)) }
    }
    public mutating func string(_ text: JSONText) { unsafe string(text.raw) }
    /// - Parameter text: `WTF8`; halves that meet become their character.
    public mutating func string(_ text: [UInt8]) { unsafe text.withUnsafeBytes { unsafe string($0) } }

    /// A value as it was read. Numbers out of range are written as they were.
    public mutating func element(_ element: JSONElement) {
        switch element.kind {
        case .null: null()
        case .bool: bool(element.bool!)
        case .integer: integer(element.int64!)
        case .unsigned: integer(element.uint64!)
        case .double: double(element.double!)
        case .rawNumber: unsafe bytes.append(contentsOf: element.rawNumber!.raw)
        case .string: string(element.textAnyway)
        case .array:
            raw("[")
            var isFirst = true
            for item in element.elements {
                if !isFirst { raw(",") }
                isFirst = false
                self.element(item)
            }
            raw("]")
        case .object:
            raw("{")
            var isFirst = true
            for member in element.members {
                if !isFirst { raw(",") }
                isFirst = false
                string(member.key)
                raw(":")
                self.element(member.value)
            }
            raw("}")
        }
    }

    private mutating func string(_ text: UnsafeRawBufferPointer) {
        bytes.append(UInt8(ascii: "\""))
        var start = 0
        var i = 0
        while i < text.count {
            let byte = unsafe text[i]
            guard JSONWriter.isSpecial(byte) else {
                i += 1
                continue
            }
            let length = unsafe special(text, i)
            if length == 0 {
                i += 1
                continue
            }
            unsafe bytes.append(contentsOf: text[start..<i])
            unsafe write(text, i)
            i += length
            start = i
        }
        unsafe bytes.append(contentsOf: text[start...])
        bytes.append(UInt8(ascii: "\""))
    }

    @inline(__always) private static func isSpecial(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == 0xE2 || byte == 0xED
    }

    /// How many bytes from `i` cannot be written as they are.
    private func special(_ text: UnsafeRawBufferPointer, _ i: Int) -> Int {
        switch unsafe text[i] {
        case 0xE2:
            return unsafe i + 2 < text.count && text[i + 1] == 0x80 && text[i + 2] & 0xFE == 0xA8 ? 3 : 0
        case 0xED:
            guard unsafe WTF8.surrogate(in: text, at: i) != nil else { return 0 }
            return unsafe WTF8.pair(in: text, at: i) == nil ? 3 : 6
        default: return 1
        }
    }

    private mutating func write(_ text: UnsafeRawBufferPointer, _ i: Int) {
        switch unsafe text[i] {
        case 0xE2: raw(unsafe text[i + 2] == 0xA8 ? #"\u2028"# : #"\u2029"#)
        case 0xED:
            if let scalar = unsafe WTF8.pair(in: text, at: i) {
                bytes.append(contentsOf: Unicode.UTF8.encode(scalar)!)
            } else {
                hasReplacedSurrogates = true
                raw("\u{FFFD}")
            }
        case UInt8(ascii: "\""): raw(#"\""#)
        case UInt8(ascii: "\\"): raw(#"\\"#)
        case 0x08: raw(#"\b"#)
        case 0x09: raw(#"\t"#)
        case 0x0A: raw(#"\n"#)
        case 0x0C: raw(#"\f"#)
        case 0x0D: raw(#"\r"#)
        case 0 where replacesNUL:
            hasReplacedNUL = true
            raw("\u{FFFD}")
        case let control:
            raw(control < 0x10 ? #"\u000"# : #"\u001"#)
            let digit = control & 0x0F
            bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
    }
}
