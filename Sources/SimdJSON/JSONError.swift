/// Why bytes are not a JSON document that may be used.
public enum JSONError: Error, Sendable, Hashable {
    /// Nothing, or only white space.
    case empty
    /// Not UTF-8; UTF-16 and UTF-32 are told from it by where their zero bytes are.
    case notUTF8
    case byteOrderMark
    /// Not RFC 8259 grammar, more than one document, or a raw control character.
    case syntax
    case tooDeep
    /// A `\ud800`…`\udfff` escape that is not half of a pair.
    case loneSurrogate
    /// A whole number beyond 64 bits, or one that no `Double` holds.
    case numberOutOfRange
    /// More than 2 GiB, or more than there is memory for.
    case tooLarge
}

/// What a document may hold beyond what everybody can read.
public struct JSONRules: Sendable, Hashable {
    /// Levels of arrays and objects in each other.
    public var maximumDepth: Int
    /// Lone surrogates are kept as three bytes (see `WTF8`) instead of refused.
    public var keepsLoneSurrogates: Bool
    /// Numbers out of range are kept as text (`JSONElement.Kind.rawNumber`) instead of refused.
    public var keepsNumbersOutOfRange: Bool
    /// Without simdjson; for tests that compare the two readers.
    var tolerantReaderOnly = false

    public init(
        maximumDepth: Int = 512, keepsLoneSurrogates: Bool = false, keepsNumbersOutOfRange: Bool = false
    ) {
        self.maximumDepth = maximumDepth
        self.keepsLoneSurrogates = keepsLoneSurrogates
        self.keepsNumbersOutOfRange = keepsNumbersOutOfRange
    }
}
