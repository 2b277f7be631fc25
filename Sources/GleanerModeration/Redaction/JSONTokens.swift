import GleanerCore
import SimdJSON

/// Where the strings and numbers of a JSON document stand in its bytes, so that some can be replaced and all else stays
/// as it was, byte for byte.
struct JSONTokens {
    struct Token: Hashable {
        enum Kind { case string, number }
        let kind: Kind
        /// Quotes included.
        let range: Range<Int>
        /// The name of a member, rather than a value.
        let isName: Bool
        /// Names and places on the way to it, with what tells apart parts of a stream.
        let path: String
    }

    let bytes: [UInt8]
    fileprivate(set) var tokens: [Token] = []

    /// `nil` unless the text is an object or an array.
    init?(_ text: String) {
        guard let first = text.utf8.first(where: { $0 > 0x20 }),
            first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
        else { return nil }
        self.init(Array(text.utf8))
    }

    init?(_ bytes: [UInt8]) {
        guard let first = bytes.first(where: { $0 > 0x20 }), first == UInt8(ascii: "{") || first == UInt8(ascii: "["),
            Self.isJSON(bytes)
        else { return nil }
        self.bytes = bytes
        var walk = Walk(bytes)
        walk.value(path: "")
        tokens = walk.tokens
    }

    /// As everybody reads it who reads it at all.
    private static func isJSON(_ bytes: [UInt8]) -> Bool {
        var parser = JSONParser(JSONRules(maximumDepth: 512, keepsLoneSurrogates: true, keepsNumbersOutOfRange: true))
        return parser.read(bytes.span.bytes) { result in
            if case .success = result { true } else { false }
        }
    }

    /// Goes through bytes that are known to be JSON.
    private struct Walk {
        let bytes: [UInt8]
        var position = 0
        var tokens: [Token] = []

        init(_ bytes: [UInt8]) { self.bytes = bytes }

        private mutating func skipSpace() {
            while position < bytes.count, bytes[position] <= 0x20 { position += 1 }
        }

        mutating func value(path: String) {
            skipSpace()
            guard position < bytes.count else { return }
            switch bytes[position] {
            case UInt8(ascii: "{"): object(path: path)
            case UInt8(ascii: "["): array(path: path)
            case UInt8(ascii: "\""):
                tokens.append(Token(kind: .string, range: string(), isName: false, path: path))
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                tokens.append(Token(kind: .number, range: plain(), isName: false, path: path))
            default: _ = plain()
            }
        }

        private mutating func object(path: String) {
            position += 1
            let first = tokens.count
            var places = ""
            skipSpace()
            while position < bytes.count, bytes[position] != UInt8(ascii: "}") {
                let nameRange = string()
                tokens.append(Token(kind: .string, range: nameRange, isName: true, path: path))
                let name = String(
                    decoding: bytes[(nameRange.lowerBound + 1)..<(nameRange.upperBound - 1)], as: UTF8.self)
                skipSpace()
                position += 1  // :
                skipSpace()
                let start = position
                value(path: path + "." + name)
                // `index` of a choice or a tool call, `output_index` of a part.
                if ["index", "output_index", "content_index"].contains(name) {
                    places += "\(name)=\(String(decoding: bytes[start..<position], as: UTF8.self));"
                }
                skipSpace()
                if position < bytes.count, bytes[position] == UInt8(ascii: ",") { position += 1 }
                skipSpace()
            }
            position += 1
            guard !places.isEmpty else { return }
            for index in first..<tokens.count { tokens[index] = tokens[index].placed(places) }
        }

        private mutating func array(path: String) {
            position += 1
            skipSpace()
            while position < bytes.count, bytes[position] != UInt8(ascii: "]") {
                value(path: path + "[]")
                skipSpace()
                if position < bytes.count, bytes[position] == UInt8(ascii: ",") { position += 1 }
                skipSpace()
            }
            position += 1
        }

        private mutating func string() -> Range<Int> {
            let start = position
            position += 1
            while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
                position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
            }
            position = min(position + 1, bytes.count)
            return start..<position
        }

        /// A number, or `true`, `false`, `null`.
        private mutating func plain() -> Range<Int> {
            let start = position
            while position < bytes.count, ![0x2C, 0x5D, 0x7D].contains(bytes[position]), bytes[position] > 0x20 {
                position += 1
            }
            return start..<position
        }
    }
}

extension JSONTokens {
    /// The same document, of which only these tokens are looked at.
    func keeping(_ tokens: [Token]) -> JSONTokens {
        var kept = self
        kept.tokens = tokens
        return kept
    }
}

extension JSONTokens.Token {
    /// What a string says.
    func text(in bytes: [UInt8]) -> String {
        let inner = bytes[(range.lowerBound + 1)..<(range.upperBound - 1)]
        guard inner.contains(UInt8(ascii: "\\")) else { return String(decoding: inner, as: UTF8.self) }
        return JSONString.unescaped(inner)
    }

    fileprivate func placed(_ places: String) -> Self {
        Self(kind: kind, range: range, isName: isName, path: "{\(places)}" + path)
    }
}

/// The escapes of JSON strings.
enum JSONString {
    /// Halves of surrogate pairs become U+FFFD.
    static func unescaped(_ bytes: ArraySlice<UInt8>) -> String {
        var units: [UInt8] = []
        units.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            guard bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.endIndex else {
                units.append(bytes[index])
                index += 1
                continue
            }
            switch bytes[index + 1] {
            case UInt8(ascii: "n"): units.append(0x0A)
            case UInt8(ascii: "t"): units.append(0x09)
            case UInt8(ascii: "r"): units.append(0x0D)
            case UInt8(ascii: "b"): units.append(0x08)
            case UInt8(ascii: "f"): units.append(0x0C)
            case UInt8(ascii: "u"):
                let (scalar, length) = scalar(bytes, at: index)
                units += Array(String(scalar).utf8)
                index += length
                continue
            case let other: units.append(other)
            }
            index += 2
        }
        return String(decoding: units, as: UTF8.self)
    }

    /// The character of `\uXXXX`, or of two of them that are a pair.
    private static func scalar(_ bytes: ArraySlice<UInt8>, at index: Int) -> (Unicode.Scalar, length: Int) {
        func unit(_ index: Int) -> UInt32? {
            guard index + 6 <= bytes.endIndex, bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u")
            else { return nil }
            return UInt32(String(decoding: bytes[(index + 2)..<(index + 6)], as: UTF8.self), radix: 16)
        }
        guard let first = unit(index) else { return ("\u{FFFD}", 2) }
        if let scalar = Unicode.Scalar(first) { return (scalar, 6) }
        guard (0xD800..<0xDC00).contains(first), let second = unit(index + 6), (0xDC00..<0xE000).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { return ("\u{FFFD}", 6) }
        return (scalar, 12)
    }
}
