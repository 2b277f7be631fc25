import GleanerCore
import SimdJSON

/// Where the strings and numbers of a JSON document stand in its bytes, so that some can be replaced and all else stays
/// as it was, byte for byte.
struct JSONTokens: Sequence {
    struct Token: Hashable {
        enum Kind { case string, number }
        let kind: Kind
        /// Quotes included.
        let range: Range<Int>
        /// The name of a member, rather than a value.
        let isName: Bool
        /// Part of a text that the next event of a stream goes on with.
        let isPiece: Bool
    }

    let bytes: [UInt8]

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
    }

    func makeIterator() -> JSONWalk { JSONWalk(bytes) }

    /// As everybody reads it who reads it at all.
    private static func isJSON(_ bytes: [UInt8]) -> Bool {
        var parser = JSONParser(JSONRules(maximumDepth: 512, keepsLoneSurrogates: true, keepsNumbersOutOfRange: true))
        return parser.read(bytes.span.bytes) { result in
            if case .success = result { true } else { false }
        }
    }
}

extension JSONTokens.Token {
    /// What a string says.
    func text(in bytes: [UInt8]) -> String {
        let inner = bytes[(range.lowerBound + 1)..<(range.upperBound - 1)]
        guard inner.contains(UInt8(ascii: "\\")) else { return String(decoding: inner, as: UTF8.self) }
        return JSONString.unescaped(inner)
    }
}
